import { urgentAmong } from './urgency.ts';

const among = (priorities: Record<string, number>) =>
  urgentAmong(Object.keys(priorities), (type) => priorities[type] ?? 0);

test.each([
  [{ a: 0, b: 10, c: 0, d: 20 }, ['d', 'b']],
  [{ a: -1, b: 0 }, ['b']],
  // Nothing waits behind anything else.
  [{ a: 10, b: 10 }, []],
  [{ a: 10 }, []],
  [{}, []],
])('%j', (priorities, urgent) => {
  expect(among(priorities)).toEqual(urgent);
});
