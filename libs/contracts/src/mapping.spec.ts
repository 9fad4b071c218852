import fc from 'fast-check';
import { type EventEnvelope, type Mapping, mapFields, mapping } from './index.ts';

const event: EventEnvelope = {
  event: 'lead.qualified',
  timestamp: '2026-03-04T16:29:58Z',
  data: {
    name: ' Mari ',
    surname: 'Tamm',
    score: 85,
    agreed: true,
    phone: '030 1',
    digits: 301,
    topics: ['Pricing', 'Team'],
    mixed: ['a', 1, false],
    gaps: ['a', '', 'b'],
    declined: false,
    days: ['2026-01-01', 'soon', '2026-01-02'],
    one: [7],
    nested: ['a', ['b']],
    empty: '',
    blank: '  ',
    nothing: null,
    none: [],
  },
};
/** Accepts a text that begins with a zero. Its answer contains the country, so that a spec can see it. */
const phone = (given: string, country: string | undefined) =>
  given.startsWith('0') || given === '301' ? `${country ?? 'any'}:${given}` : undefined;
const map = (given: unknown) => mapFields(mapping.parse(given), event, { phone });
const field = (given: unknown) => map({ x: given }).fields['x'];

test.each([
  ['data.score', 85],
  ['data.agreed', true],
  ['data.name', ' Mari '],
  ['data.topics', 'Pricing, Team'],
  ['data.mixed', 'a, 1, false'],
  ['data.gaps', 'a, , b'],
  ['data.one', '7'],
  ['event', 'lead.qualified'],
  ['data.nested', undefined],
  ['data.empty', undefined],
  ['data.nothing', undefined],
  ['data.none', undefined],
  ['data.gone', undefined],
  ['data.constructor', undefined],
  ['data', undefined],
])('a path: %s -> %j', (path, expected) => {
  expect(field(path)).toBe(expected);
  expect(field({ from: path })).toBe(expected);
});

test.each([
  ['trims', { from: 'data.name', transform: 'trim' }, 'Mari'],
  ['several, one after the other', { from: 'data.name', transform: ['trim', 'upper'] }, 'MARI'],
  ['each element of a list', { from: 'data.topics', transform: 'lower' }, 'pricing, team'],
  ['leaves numbers', { from: 'data.score', transform: ['upper', 'trim'] }, 85],
  ['nothing is left', { from: 'data.blank', transform: 'trim' }, undefined],
  ['the first with a value', { from: ['data.gone', 'data.empty', 'data.surname', 'data.score'] }, 'Tamm'],
  [
    'the first that can be transformed',
    { from: ['data.surname', 'data.phone'], transform: 'phone' },
    'any:030 1',
  ],
  ['a phone with its country', { from: 'data.phone', transform: 'phone', country: 'DE' }, 'DE:030 1'],
  ['a phone as a number', { from: 'data.digits', transform: 'phone' }, 'any:301'],
  ['no phone', { from: 'data.agreed', transform: 'phone' }, undefined],
  ['a date', { from: 'timestamp', transform: { date: 'YYYY-MM-DD' } }, '2026-03-04'],
  ['a date as number', { from: 'timestamp', transform: [{ date: 'unix' }] }, 1_772_641_798],
  [
    'the dates of a list',
    { from: 'data.days', transform: { date: 'iso' } },
    '2026-01-01T00:00:00.000Z, 2026-01-02T00:00:00.000Z',
  ],
  ['no date', { from: 'data.name', transform: { date: 'iso' } }, undefined],
  [
    'joins paths',
    { from: ['data.surname', 'data.gone', 'data.score'], transform: { concat: '/' } },
    'Tamm/85',
  ],
  ['joins a list', { from: 'data.gaps', transform: { concat: '-' } }, 'a-b'],
  ['joins with nothing between', { from: 'data.topics', transform: { concat: '' } }, 'PricingTeam'],
  [
    'joins lists and values',
    { from: ['data.topics', 'data.score'], transform: { concat: ' + ' } },
    'Pricing + Team + 85',
  ],
  [
    'transforms before and after joining',
    { from: ['data.name', 'data.surname'], transform: ['trim', { concat: ' ' }, 'upper'] },
    'MARI TAMM',
  ],
  ['joins nothing', { from: ['data.gone', 'data.none'], transform: { concat: ' ' } }, undefined],
  ['a default', { from: 'data.gone', default: 'lead' }, 'lead'],
  ['a default is not transformed', { from: 'data.gone', transform: 'upper', default: 'lead' }, 'lead'],
  ['a default that is false', { from: 'data.nothing', default: false }, false],
  ['no default if there is a value', { from: 'data.declined', default: true }, false],
  [
    'a default in place of a text that is not a date',
    { from: 'data.name', transform: { date: 'unix' }, default: 0 },
    0,
  ],
])('%s', (_what, given, expected) => {
  expect(field(given)).toBe(expected);
});

test('names the required fields that have no value, and only those', () => {
  const given = {
    there: { from: 'data.score', required: true },
    gone: { from: 'data.gone', required: true },
    undated: { from: 'data.name', transform: { date: 'iso' }, required: true },
    filled: { from: 'data.gone', default: 'x', required: true },
    free: { from: 'data.gone' },
  };
  expect(map(given)).toEqual({ fields: { there: 85, filled: 'x' }, missing: ['gone', 'undated'] });
});

test.each([
  ['customer_phone', 'x: is not a path such as data.priority'],
  [7, 'x: is neither a path such as data.priority nor an object with from'],
  [{ path: 'data.x' }, 'x: is neither a path such as data.priority nor an object with from'],
  [{ from: 7 }, 'x.from: Invalid input: expected string'],
  [{ from: [] }, 'x.from: is empty'],
  [{ from: ['data.x', 'y'] }, 'x.from.1: is not a path such as data.priority'],
  [{ from: Array(21).fill('data.x') }, 'x.from: has more than 20'],
  [{ from: 'data.x', transform: 'uper' }, 'x.transform: is not a transform: these are upper, lower'],
  [{ from: 'data.x', transform: ['trim', 7] }, 'x.transform.1: is not a transform'],
  [{ from: 'data.x', transform: { date: 'DD.MM.YYYY' } }, 'x.transform.date: must be one of iso, YYYY-MM-DD'],
  [{ from: 'data.x', transform: [{ date: 'iso', concat: '' }] }, 'x.transform.0: Unrecognized key: "concat"'],
  [{ from: 'data.x', transform: 'phone', country: 'UK' }, 'x.country: is not a country code such as US'],
  [{ from: 'data.x', transform: 'phone', country: 'us' }, 'x.country: is not a country code such as US'],
  [{ from: 'data.x', transform: 'phone', country: 'XX' }, 'x.country: is not a country code such as US'],
  [{ from: 'data.x', transform: 'trim', country: 'US' }, 'x.country: is only for the transform phone'],
  [{ from: 'data.x', default: '' }, 'x.default: is empty; leave it out'],
  [{ from: 'data.x', default: [] }, 'x.default: must be text, a number, true or false'],
  [{ from: 'data.x', require: true }, 'x: Unrecognized key: "require"'],
])('%j is refused with the place and the reason', (given, fault) => {
  const { error } = mapping.safeParse({ x: given });
  expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')).toContain(
    fault,
  );
});

test('names of fields have letters, digits, _ and - only', () => {
  expect(mapping.safeParse({ 'a b': 'data.x' }).success).toBe(false);
  expect(mapping.safeParse({ 'My-field_1': 'data.x' }).success).toBe(true);
});

const path = fc.constantFrom(
  'data.a',
  'data.b',
  'data.c.d',
  'data',
  'enrichment.x',
  'timestamp',
  'data.__proto__',
);
const step = fc.constantFrom(
  'upper' as const,
  'lower' as const,
  'trim' as const,
  'phone' as const,
  { date: 'iso' as const },
  { date: 'unix' as const },
  { concat: ' ' },
);
const source = fc.record(
  {
    from: fc.oneof(path, fc.array(path, { minLength: 1, maxLength: 4 })),
    transform: fc.oneof(step, fc.array(step, { minLength: 1, maxLength: 4 })),
    default: fc.constantFrom('d', 0, false),
    required: fc.boolean(),
  },
  { requiredKeys: ['from'] },
);
const name = fc.constantFrom('a', 'b', 'toString', 'constructor');
const mappings: fc.Arbitrary<Mapping> = fc.dictionary(name, fc.oneof(path, source));

test('for any event, fields are plain and not empty, and a required field is either filled or missing', () => {
  let filled = 0;
  fc.assert(
    fc.property(
      mappings,
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue()),
      (given, any, data) => {
        expect(mapping.safeParse(given).success).toBe(true);
        for (const about of [any, { event: 'x', data, timestamp: any, enrichment: any }]) {
          const { fields, missing } = mapFields(given, about as unknown as EventEnvelope, { phone });
          for (const [key, value] of Object.entries(fields)) {
            filled += 1;
            expect(Object.hasOwn(given, key)).toBe(true);
            expect(['string', 'number', 'boolean']).toContain(typeof value);
            expect(value).not.toBe('');
          }
          for (const [key, one] of Object.entries(given)) {
            const required = typeof one === 'object' && one.required === true;
            expect(missing.includes(key)).toBe(required && !Object.hasOwn(fields, key));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(filled).toBeGreaterThan(100);
});

test('no input makes the schema of mappings throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      mapping.safeParse(given);
      mapping.safeParse({ x: given });
      mapping.safeParse({ x: { from: given, transform: given } });
    }),
  );
});
