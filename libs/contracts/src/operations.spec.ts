import { isOperation, operations } from './operations.ts';
import { events } from './index.ts';

test('the list is closed, apart from the catalogue of the sender, and every type says whom it is about', () => {
  expect(operations.map(({ type }) => type).sort()).toEqual([
    'breaker.closed',
    'breaker.opened',
    'delivery.dead',
    'integration.broken',
    'integration.disabled',
    'integration.failing',
    'integration.recovered',
  ]);
  const catalogue = new Set(events.map(({ type }) => type));
  for (const { type, data, example } of operations) {
    expect(isOperation(type)).toBe(true);
    expect(catalogue.has(type)).toBe(false);
    expect(data.safeParse({ ...example, integration_id: undefined }).success).toBe(false);
    expect(data.safeParse({ ...example, sink: undefined }).success).toBe(false);
  }
  expect([...catalogue].filter(isOperation)).toEqual([]);
  expect(isOperation('toString')).toBe(false);
});

test('what fails for long is told at three shares of the time', () => {
  const failing = operations.find(({ type }) => type === 'integration.failing');
  const percents = [10, 50, 70, 90, 100].filter(
    (percent) => failing?.data.safeParse({ ...failing.example, percent }).success,
  );
  expect(percents).toEqual([50, 70, 90]);
});
