import fc from 'fast-check';
import { type EventEnvelope, type Rule, rule, rules, rulesHold, valueAt } from './index.ts';

const event = {
  event: 'lead.qualified',
  data: {
    score: 80,
    plan: 'team',
    nothing: null,
    deep: { er: true },
    text: 'The Team plan',
    list: ['Red', 7, true, null, ['x']],
  },
};
const AT = new Date('2026-03-04T16:30:00Z');
const holds = (given: unknown, about: EventEnvelope = event): boolean =>
  rulesHold([rule.parse(given)], about, AT);

test.each([
  [{ field: 'data.score', gte: 80 }, true],
  [{ field: 'data.score', gte: 81 }, false],
  [{ field: 'data.score', lte: 80 }, true],
  [{ field: 'data.score', lte: 79 }, false],
  [{ field: 'data.score', gt: 79 }, true],
  [{ field: 'data.score', gt: 80 }, false],
  [{ field: 'data.score', lt: 81 }, true],
  [{ field: 'data.score', lt: 80 }, false],
  [{ field: 'data.plan', gte: 1 }, false],
  [{ field: 'data.plan', lt: 1 }, false],
  [{ field: 'data.plan', equals: 'team' }, true],
  [{ field: 'data.plan', equals: 'Team' }, false],
  [{ field: 'data.plan', not_equals: 'team' }, false],
  [{ field: 'data.plan', not_equals: 'solo' }, true],
  [{ field: 'data.gone', not_equals: 'solo' }, true],
  [{ field: 'data.plan', one_of: ['solo', 'team'] }, true],
  [{ field: 'data.plan', one_of: ['solo'] }, false],
  [{ field: 'data.deep.er', equals: true }, true],
  [{ field: 'data.gone', exists: false }, true],
  [{ field: 'data.nothing', exists: true }, false],
  [{ field: 'data.score', exists: true }, true],
  [{ field: 'data.constructor', exists: true }, false],
  [{ field: 'data.list.length', exists: true }, true],
  [{ field: 'data.text', contains: 'TEAM' }, true],
  [{ field: 'data.text', contains: 'solo' }, false],
  [{ field: 'data.text', contains: 80 }, false],
  [{ field: 'data.score', contains: 80 }, false],
  [{ field: 'data.list', contains: 'red' }, true],
  [{ field: 'data.list', contains: 're' }, false],
  [{ field: 'data.list', contains: 7 }, true],
  [{ field: 'data.list', contains: '7' }, false],
  [{ field: 'data.list', contains: true }, true],
  [{ field: 'data.text', starts_with: 'the t' }, true],
  [{ field: 'data.text', starts_with: 'team' }, false],
  [{ field: 'data.list', starts_with: 'red' }, false],
  [{ type: 'lead.qualified' }, true],
  [{ type: 'message.sent' }, false],
  [{ type: ['message.sent', 'lead.qualified'] }, true],
  [{ type: ['message.sent', 'message.failed'] }, false],
  [{ within: { days: ['wed'], zone: 'UTC' } }, true],
  [{ within: { days: ['thu'], zone: 'UTC' } }, false],
  [{ all: [{ type: 'lead.qualified' }, { field: 'data.score', gte: 80 }] }, true],
  [{ all: [{ type: 'lead.qualified' }, { field: 'data.score', gt: 80 }] }, false],
  [{ any: [{ type: 'message.sent' }, { field: 'data.score', gte: 80 }] }, true],
  [{ any: [{ type: 'message.sent' }, { field: 'data.score', gt: 80 }] }, false],
  [{ not: { any: [{ type: 'message.sent' }, { field: 'data.score', gt: 80 }] } }, true],
])('%j -> %s', (given, expected) => {
  expect(holds(given)).toBe(expected);
});

test('contains looks only at the beginning of very long values', () => {
  const long = {
    event: 'x',
    data: { text: `${'-'.repeat(19_999)}ab`, list: [...Array(999).fill('-'), 'a', 'b'] },
  };
  expect(holds({ field: 'data.text', contains: 'a' }, long)).toBe(true);
  expect(holds({ field: 'data.text', contains: 'b' }, long)).toBe(false);
  expect(holds({ field: 'data.list', contains: 'a' }, long)).toBe(true);
  expect(holds({ field: 'data.list', contains: 'b' }, long)).toBe(false);
});

test('all rules must hold, and an empty list holds', () => {
  const both = rules.parse([
    { field: 'data.score', gte: 1 },
    { field: 'data.plan', equals: 'solo' },
  ]);
  expect(rulesHold(both, event, AT)).toBe(false);
  expect(rulesHold(both.slice(0, 1), event, AT)).toBe(true);
  expect(rulesHold([], event, AT)).toBe(true);
});

const nested = (times: number): unknown =>
  times === 0 ? { field: 'data.x', exists: true } : { not: nested(times - 1) };
const wide = (conditions: number): unknown => ({ any: Array(conditions).fill(nested(0)) });

test.each([
  [{}, '0: is not a rule: it needs field, type, within, all, any or not'],
  [7, '0: is not a rule: it needs field, type, within, all, any or not'],
  [null, '0: is not a rule: it needs field, type, within, all, any or not'],
  [{ field: 'data.score' }, '0: needs exactly one of equals, not_equals, one_of'],
  [{ field: 'data.score', gte: 1, lte: 2 }, '0: needs exactly one of'],
  [{ field: 'score', gte: 1 }, '0.field: is not a path such as data.priority'],
  [{ field: 'data.__proto__.x y', exists: true }, '0.field: is not a path'],
  [{ field: 'data.score', more: 1 }, '0: Unrecognized key: "more"'],
  [{ field: 'data.score', matches: '(a+)+$' }, '0: Unrecognized key: "matches"'],
  [{ field: 'data.score', equals: null }, '0.equals: must be text, a number, true or false'],
  [{ field: 'data.score', contains: '' }, '0.contains: is empty'],
  [{ field: 'data.score', contains: ['a'] }, '0.contains: must be text, a number, true or false'],
  [{ type: 'lead.qualifed' }, '0.type: is not a known event type'],
  [{ type: ['lead.qualified', 'other'] }, '0.type.1: is not a known event type'],
  [{ type: [] }, '0.type: is empty'],
  [{ all: [] }, '0.all: is empty'],
  [{ not: [nested(0)] }, '0.not: is not a rule'],
  [{ all: [nested(0)], any: [nested(0)] }, '0: Unrecognized key: "any"'],
  [{ all: nested(0) }, '0.all: Invalid input: expected array'],
  [
    { any: [nested(0), nested(0), { not: { within: { days: ['mon'], zone: 'Nowhere' } } }] },
    '0.any.2.not.within.zone: is not a time zone such as Europe/Berlin',
  ],
  [nested(6), '0.not.not.not.not.not: is nested deeper than 5'],
  [{ all: [nested(0), nested(5)] }, '0.all.1.not.not.not.not: is nested deeper than 5'],
  [wide(51), '0: has 51 conditions, at most 50 are allowed'],
])('%j is refused with the place and the reason', (given, fault) => {
  const { error } = rules.safeParse([given]);
  const said = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  expect(said).toContain(fault);
});

test('five deep and fifty conditions are allowed, in one rule or in several', () => {
  expect(rules.safeParse([nested(5)]).success).toBe(true);
  expect(rules.safeParse([wide(50)]).success).toBe(true);
  expect(rules.safeParse(Array(50).fill(nested(0))).success).toBe(true);
  expect(rules.safeParse([wide(25), wide(25)]).success).toBe(true);
  expect(rules.safeParse([wide(25), wide(26)]).error?.issues).toMatchObject([
    { path: [], message: 'has 51 conditions, at most 50 are allowed' },
  ]);
});

test('rules that are too deep are refused before they exhaust the stack', () => {
  let deep: unknown = nested(0);
  for (let level = 0; level < 200_000; level += 1) deep = { all: [deep] };
  expect(rules.safeParse([deep]).success).toBe(false);
});

const path = fc.constantFrom('data.a', 'data.b', 'data.c.d', 'data', 'enrichment.x');
const scalar = fc.oneof(
  fc.constantFrom('x', 'X', 'xy', true, 0, 1),
  fc.string({ minLength: 1 }),
  fc.integer(),
);
const condition: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ field: path, equals: scalar }),
  fc.record({ field: path, not_equals: scalar }),
  fc.record({ field: path, one_of: fc.array(scalar, { minLength: 1 }) }),
  fc.record({ field: path, gt: fc.integer({ min: -2, max: 2 }) }),
  fc.record({ field: path, lte: fc.integer({ min: -2, max: 2 }) }),
  fc.record({ field: path, contains: scalar }),
  fc.record({ field: path, starts_with: fc.constantFrom('x', 'xy') }),
  fc.record({ field: path, exists: fc.boolean() }),
  fc.record({ type: fc.constantFrom('lead.qualified', 'message.sent') }),
  fc.record({
    within: fc.record({
      days: fc.constantFrom<'wed' | 'thu'>('wed', 'thu').map((day) => [day]),
      zone: fc.constant('UTC'),
    }),
  }),
);
const { tree } = fc.letrec<{ tree: Rule }>((tie) => {
  const some = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
  const nodes = [fc.record({ all: some }), fc.record({ any: some }), fc.record({ not: tie('tree') })];
  return { tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, ...nodes) };
});
const value = fc.oneof(scalar, fc.array(scalar), fc.jsonValue());
const envelope = fc.record(
  {
    event: fc.constantFrom('lead.qualified', 'message.sent'),
    data: fc.record({ a: value, b: value, c: fc.record({ d: value }) }, { requiredKeys: [] }),
  },
  { requiredKeys: ['event', 'data'] },
) as fc.Arbitrary<EventEnvelope>;
const judge = (given: Rule, about: EventEnvelope): boolean => rulesHold([given], about, AT);

test('not, all and any follow the laws of logic', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(tree, fc.array(tree, { minLength: 1, maxLength: 3 }), envelope, (one, several, about) => {
      const opposites = several.map((not) => ({ not }));
      seen.add(judge(one, about));
      expect(judge({ not: one }, about)).toBe(!judge(one, about));
      expect(judge({ not: { not: one } }, about)).toBe(judge(one, about));
      expect(judge({ not: { all: several } }, about)).toBe(judge({ any: opposites }, about));
      expect(judge({ not: { any: several } }, about)).toBe(judge({ all: opposites }, about));
      expect(rulesHold(several, about, AT)).toBe(judge({ all: several }, about));
    }),
    { numRuns: 1000 },
  );
  expect(seen.size).toBe(2);
});

test('opposite operators give opposite results; those of order only on numbers', () => {
  fc.assert(
    fc.property(path, scalar, fc.integer({ min: -3, max: 3 }), envelope, (field, wanted, limit, about) => {
      expect(judge({ field, not_equals: wanted }, about)).toBe(!judge({ field, equals: wanted }, about));
      const isNumber = typeof valueAt(about, field) === 'number';
      expect(judge({ field, gt: limit }, about)).toBe(isNumber && !judge({ field, lte: limit }, about));
      expect(judge({ field, gte: limit }, about)).toBe(isNumber && !judge({ field, lt: limit }, about));
    }),
  );
});

test('valid rules are read unchanged, and no input throws', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(tree, fc.jsonValue()), fc.jsonValue(), (given, data) => {
      const { success, data: parsed } = rule.safeParse(given);
      if (!success) return;
      read += 1;
      expect(parsed).toEqual(given);
      expect(typeof rulesHold([parsed], { event: 'x', data } as unknown as EventEnvelope, AT)).toBe(
        'boolean',
      );
    }),
    { numRuns: 500 },
  );
  expect(read).toBeGreaterThan(50);
});
