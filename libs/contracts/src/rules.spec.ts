import { mapping, rule, rulesHold, valueAt } from './index.ts';

const event = {
  event: 'lead.qualified',
  data: { score: 80, plan: 'team', nothing: null, deep: { er: true } },
};

test.each([
  [{ field: 'data.score', gte: 80 }, true],
  [{ field: 'data.score', gte: 81 }, false],
  [{ field: 'data.score', lte: 80 }, true],
  [{ field: 'data.score', lte: 79 }, false],
  [{ field: 'data.plan', gte: 1 }, false],
  [{ field: 'data.plan', equals: 'team' }, true],
  [{ field: 'data.plan', one_of: ['solo', 'team'] }, true],
  [{ field: 'data.plan', one_of: ['solo'] }, false],
  [{ field: 'data.deep.er', equals: true }, true],
  [{ field: 'data.gone', exists: false }, true],
  [{ field: 'data.nothing', exists: true }, false],
  [{ field: 'data.score', exists: true }, true],
  [{ field: 'data.constructor', exists: true }, false],
])('%j -> %s', (given, expected) => {
  expect(rulesHold([rule.parse(given)], event)).toBe(expected);
});

test('all rules must hold, and none hold always', () => {
  const both = [
    rule.parse({ field: 'data.score', gte: 1 }),
    rule.parse({ field: 'data.plan', equals: 'solo' }),
  ];
  expect(rulesHold(both, event)).toBe(false);
  expect(rulesHold([], event)).toBe(true);
});

test.each([
  [{ field: 'data.score' }],
  [{ field: 'data.score', gte: 1, lte: 2 }],
  [{ field: 'score', gte: 1 }],
  [{ field: 'data.__proto__.x y', exists: true }],
  [{ field: 'data.score', more: 1 }],
])('%j is no rule', (given) => {
  expect(rule.safeParse(given).success).toBe(false);
});

test('mappings name fields and paths', () => {
  expect(mapping.safeParse({ phone: 'data.customer_phone' }).success).toBe(true);
  expect(mapping.safeParse({ phone: 'customer_phone' }).success).toBe(false);
  expect(valueAt(event, 'data.deep.er')).toBe(true);
});
