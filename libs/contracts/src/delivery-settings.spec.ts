import { z } from 'zod';
import { type DeliverySettings, deliverySettings, ERROR_KINDS } from './index.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly oneOf?: readonly Node[];
  readonly additionalProperties?: Node | false;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
}

/** Every field of a JSON Schema, with its dotted path. */
function* fields(node: Node, path = ''): Generator<readonly [string, Node]> {
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    yield [`${path}${name}`, field];
    yield* fields(field, `${path}${name}.`);
  }
  for (const branch of node.oneOf ?? []) yield* fields(branch, path);
  if (node.additionalProperties) yield* fields(node.additionalProperties, `${path}*.`);
}

const schema = z.toJSONSchema(deliverySettings, { io: 'input' }) as Node;

test('empty settings give the documented defaults', () => {
  const expected: DeliverySettings = {
    retry: { kind: 'exponential', attempts: 12, first_seconds: 2, factor: 2, max_seconds: 86_400 },
    retry_on: [],
    dont_retry_on: [],
    retry_after_max_seconds: 86_400,
    timeout_seconds: 15,
    max_age_seconds: 604_800,
    parked_max_age_seconds: 2_592_000,
    limits: {
      per_second: null,
      burst: null,
      concurrency: null,
      types: {
        'lead.qualified': { concurrency: null, priority: 10 },
        'conversation.escalated': { concurrency: null, priority: 10 },
      },
      adaptive: false,
    },
    breaker: {
      failures: 10,
      ratio: 0.5,
      minimum_calls: 20,
      window_seconds: 60,
      rest_seconds: 30,
      max_rest_seconds: 600,
    },
    disable_after_seconds: 432_000,
  };
  expect(deliverySettings.parse({})).toEqual(expected);
});

test('every field can be shown in a form: title, description, default', () => {
  const all = [...fields(schema)];
  expect(all.map(([path]) => path)).toEqual(
    expect.arrayContaining(['retry.every_seconds', 'limits.types.*.priority', 'breaker.ratio']),
  );
  const lacking = all.filter(
    ([, field]) =>
      !field.title || !field.description || (field.default === undefined && field.const === undefined),
  );
  expect(lacking.map(([path]) => path)).toEqual([]);
});

test('the kind decides about the schedule; the default is exponential', () => {
  const retry = (given: unknown) => deliverySettings.parse({ retry: given }).retry;
  expect(retry({ attempts: 5 })).toMatchObject({ kind: 'exponential', attempts: 5, first_seconds: 2 });
  expect(retry({ kind: 'linear', every_seconds: 90 })).toEqual({
    kind: 'linear',
    attempts: 12,
    every_seconds: 90,
  });
  expect(retry({ kind: 'delays', delays: [0, 60, 86_400] })).toEqual({
    kind: 'delays',
    delays: [0, 60, 86_400],
  });
  expect(retry({ kind: 'delays' })).toEqual({ kind: 'delays', delays: [1, 2, 4, 8, 16] });
});

test('a limit by type that is left out is null', () => {
  const given = { types: { 'message.*': { concurrency: 10 }, '*': { priority: -1 } } };
  expect(deliverySettings.parse({ limits: given }).limits.types).toEqual({
    'message.*': { concurrency: 10, priority: null },
    '*': { concurrency: null, priority: -1 },
  });
});

test.each([
  { retries: {} },
  { retry: { kind: 'linear', first_seconds: 1 } },
  { retry: { kind: 'random' } },
  { retry: { attempts: 0 } },
  { retry: { first_seconds: 0 } },
  { retry: { kind: 'delays', delays: [] } },
  { retry_on: ['6xx'] },
  { retry_on: [99] },
  { dont_retry_on: ['slow'] },
  { timeout_seconds: 0 },
  { timeout_seconds: Number.POSITIVE_INFINITY },
  { limits: { per_second: 0 } },
  { limits: { burst: 1.5 } },
  { limits: { concurrency: 0 } },
  { limits: { types: { 'mess*': {} } } },
  { limits: { types: { '.': {} } } },
  { limits: { types: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`type${n}`, {}])) } },
  { breaker: { ratio: 0 } },
])('%j is refused', (given) => {
  expect(deliverySettings.safeParse(given).success).toBe(false);
});

test('an unknown kind of failure is refused with the list of the known ones', () => {
  const given = { dont_retry_on: ['5xx', 'slow'] };
  expect(deliverySettings.safeParse(given).error?.issues).toMatchObject([
    {
      path: ['dont_retry_on', 1],
      message: `must be a status from 200 to 599, or one of 2xx, 3xx, 4xx, 5xx, ${ERROR_KINDS.join(', ')}`,
    },
  ]);
});

test.each([
  { retry_on: [429, '5xx', 'timeout', 'dns'], dont_retry_on: [501, 'threw'] },
  { limits: { per_second: 0.5, burst: 3, concurrency: 1, adaptive: true } },
  { limits: { types: { 'ai.response.*': {}, 'lead.qualified': {}, '*': {} } } },
  { limits: { per_second: null } },
])('%j is accepted', (given) => {
  expect(deliverySettings.safeParse(given).success).toBe(true);
});
