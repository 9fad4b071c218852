import { entitiesOf } from './entities.ts';

const none = { emails: [], phones: [], order_numbers: [], money: [], dates: [] };

test.each([
  ['Write to a.b+c@mail.example.co.uk, or (x@y.io).', { emails: ['a.b+c@mail.example.co.uk', 'x@y.io'] }],
  ['no@mail, @handle, a@b', {}],
  ['call +372 5123 4567 please', { phones: ['+37251234567'] }],
  ['(415) 555-2671, 415-555-2671, 415.555.2671', { phones: ['+14155552671'] }],
  ['my number is 4155552671', { phones: ['+14155552671'] }],
  ['3348917502', {}],
  ['Order ID: 3348917502', { order_numbers: ['3348917502'] }],
  [
    'order #48213, ticket 5512 and invoice INV-2026-0012',
    { order_numbers: ['48213', '5512', 'INV-2026-0012'] },
  ],
  ['see #A1B2C3 and ORD-12345', { order_numbers: ['A1B2C3', 'ORD-12345'] }],
  ['order status, order please, in order to pay', {}],
  [
    '$49.99, 20 EUR, €1,200.50, 5 dollars, USD 100, 15€',
    { money: ['$49.99', '€1,200.50', '20 EUR', '5 dollars', 'USD 100', '15€'] },
  ],
  [
    'on 2026-02-03, 03/04/2026, 5 March 2026, March 5th',
    { dates: ['2026-02-03', '03/04/2026', '5 March 2026', 'March 5th'] },
  ],
  [
    '3 days ago or last Friday, tomorrow, next week, on Monday',
    { dates: ['3 days ago', 'last Friday', 'tomorrow', 'next week', 'Monday'] },
  ],
  ['may I march on', {}],
  ['Version 1.2.3 of 10.0.0.1 took 12345 ms', {}],
])('%s', (text, expected) => {
  const sorted = (found: Record<string, readonly string[]>) =>
    Object.fromEntries(Object.entries(found).map(([name, values]) => [name, [...values].sort()]));
  expect(sorted(entitiesOf(text, 'US'))).toEqual(sorted({ ...none, ...expected }));
});

test('a phone number without country code is read as one of the configured country', () => {
  expect(entitiesOf('call 020 7946 0958', 'GB').phones).toEqual(['+442079460958']);
});

test('at most ten of each, each once', () => {
  const text = Array.from({ length: 30 }, (_, n) => `u${n % 20}@example.com`).join(' ');
  expect(entitiesOf(text, 'US').emails).toHaveLength(10);
});
