import { isOperation, operations } from './operations.ts';
import { events } from './index.ts';

test("operational events are not in the sender's catalogue, and each names its integration and sink", () => {
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

test('integration.failing has three values of percent', () => {
  const failing = operations.find(({ type }) => type === 'integration.failing');
  const percents = [10, 50, 70, 90, 100].filter(
    (percent) => failing?.data.safeParse({ ...failing.example, percent }).success,
  );
  expect(percents).toEqual([50, 70, 90]);
});
