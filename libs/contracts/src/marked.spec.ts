import { z } from 'zod';
import { markedFields, markedTexts } from './marked.ts';

const secret = (value = z.string()) => value.meta({ secret: true });

interface Tree {
  readonly key: string;
  readonly below: readonly Tree[];
}
const tree: z.ZodType<Tree> = z.object({ key: secret(), below: z.lazy(() => z.array(tree)) });

const places: readonly [where: string, schema: z.ZodType, value: unknown, found: string[]][] = [
  ['a field', secret(), 's1', ['s1']],
  ['an optional field', secret().optional(), 's1', ['s1']],
  ['a mark on an optional', z.string().optional().meta({ secret: true }), 's1', ['s1']],
  ['a default of a nullable', secret().nullable().default('x'), 's1', ['s1']],
  ['a number', z.number().meta({ secret: true }), 4711, ['4711']],
  ['a transformed value', secret().transform(Number), '12', ['12']],
  ['a preprocessed value', z.preprocess((given) => given, secret()), 's1', ['s1']],
  ['an object', z.object({ user: z.string(), password: secret() }), { user: 'u', password: 's1' }, ['s1']],
  ['an optional object', z.object({ token: secret().optional() }).optional(), { token: 's1' }, ['s1']],
  [
    'an object as a whole',
    z.object({ a: z.string() }).meta({ secret: true }),
    { a: 's1', b: ['s2'] },
    ['s1', 's2'],
  ],
  ['the rest of an object', z.object({ a: z.string() }).catchall(secret()), { a: 'a', b: 's1' }, ['s1']],
  ['a list', z.array(secret()), ['s1', 's2'], ['s1', 's2']],
  [
    'a list of objects',
    z.array(z.object({ to: z.string(), key: secret() })),
    [{ to: 'a', key: 's1' }],
    ['s1'],
  ],
  ['a record', z.record(z.string(), secret()), { x: 's1', y: 's2' }, ['s1', 's2']],
  ['a tuple', z.tuple([z.string(), secret()]).rest(secret()), ['a', 's1', 's2'], ['s1', 's2']],
  ['a union', z.union([z.literal('none'), z.object({ key: secret() })]), { key: 's1' }, ['s1']],
  [
    'an intersection',
    z.intersection(z.object({ a: secret() }), z.object({ b: z.string() })),
    { a: 's1', b: 'b' },
    ['s1'],
  ],
  ['a schema that contains itself', tree, { key: 's1', below: [{ key: 's2', below: [] }] }, ['s1', 's2']],
];

test.each(places)('a secret is found in %s', (_where, schema, value, found) => {
  const config = z.object({ other: z.string(), it: schema });
  expect(markedFields(config, 'secret')).toEqual(['it']);
  expect(markedTexts(config, 'secret', { other: 'open', it: value })).toEqual(found);
  expect(markedFields(config, 'pii')).toEqual([]);
  expect(markedTexts(config, 'pii', { other: 'open', it: value })).toEqual([]);
});

test('a value that is missing or has another shape has no secrets', () => {
  const schemas = Object.fromEntries(places.map(([where, schema]) => [where, schema]));
  const config = z.object(schemas).partial();
  expect(markedTexts(config, 'secret', {})).toEqual([]);
  expect(markedTexts(config, 'secret', undefined)).toEqual([]);
  expect(
    markedTexts(config, 'secret', { 'an object': 'text', 'a list': { 0: 'x' }, 'a tuple': null }),
  ).toEqual([]);
});
