import fc from 'fast-check';
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

test.each<[string, string[]]>([
  ['It was 1 234 567,89 EUR in all', ['1 234 567,89 EUR']],
  ['1 234 567.89 EUR', ['1 234 567.89 EUR']],
  ['1\u00a0234\u202f567,89 €', ['1\u00a0234\u202f567,89 €']],
  ['1.234.567,89 EUR', ['1.234.567,89 EUR']],
  ['1,234,567.89 USD', ['1,234,567.89 USD']],
  ["1'234'567.50 CHF and 1’234.50 CHF", ["1'234'567.50 CHF", '1’234.50 CHF']],
  ['12,34,567.89 INR', ['12,34,567.89 INR']],
  ['EUR 1 234 567,89 please', ['EUR 1 234 567,89']],
  ['€ 1.234,50 and $ 20', ['€ 1.234,50', '$ 20']],
  ['€1.234.567,89', ['€1.234.567,89']],
  ['1.299 EUR', ['1.299 EUR']],
  ['567,89 EUR', ['567,89 EUR']],
  ['0,99 €', ['0,99 €']],
  ['between 20 EUR and 30,5 EUR', ['20 EUR', '30,5 EUR']],
  ['1234567,89 EUR', ['1234567,89 EUR']],
  ['2 items for 1 200 EUR', ['1 200 EUR']],
  ['since 2026 50 EUR a month', ['50 EUR']],
  ['$20k or £1,5', ['$20k', '£1,5']],
  ['version 1.2.3.4 and 1,2,3', []],
])('the amounts in %j are found completely', (text, money) => {
  expect(entitiesOf(text, 'US').money).toEqual(money);
});

test('an amount is found completely with any separators', () => {
  const amount = fc.record({
    units: fc.integer({ min: 0, max: 999_999_999 }),
    cents: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
    style: fc.constantFrom(
      [' ', ','],
      [' ', '.'],
      ['.', ','],
      [',', '.'],
      ["'", '.'],
      ['\u00a0', ','],
      ['', ','],
      ['', '.'],
    ),
    before: fc.constantFrom('', 'I paid ', 'it is: ', '(', 'Total\n'),
    currency: fc.constantFrom(' EUR', '€', ' USD', ' chf', ' dollars'),
  });
  fc.assert(
    fc.property(amount, ({ units, cents, style: [group = '', decimal = ''], before, currency }) => {
      const whole = String(units).replace(/\B(?=(?:\d{3})+$)/g, group);
      const written = `${whole}${cents === undefined ? '' : `${decimal}${String(cents).padStart(2, '0')}`}${currency}`;
      expect(entitiesOf(`${before}${written}, thanks`, 'US').money).toEqual([written]);
    }),
    { seed: 20_261_130, numRuns: 2_000 },
  );
});

test('a phone number without a country code is read as a number of the configured country', () => {
  expect(entitiesOf('call 020 7946 0958', 'GB').phones).toEqual(['+442079460958']);
});

test('there are at most ten of each kind, each once', () => {
  const text = Array.from({ length: 30 }, (_, n) => `u${n % 20}@example.com`).join(' ');
  expect(entitiesOf(text, 'US').emails).toHaveLength(10);
});
