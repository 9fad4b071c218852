// Each write of a delivery has its own idempotency key, and the same key whenever it is repeated: after a stored step, after
// a crash, and after a release that had one key per delivery.
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { byStatus, delivered, isOutcome, type SinkContext } from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';
import { idempotencyKey } from './idempotency.ts';

const ledger = freshLedger();
const KEY = idempotencyKey('one', 'e');

let stub: HttpStub;
/** What the next calls of a path are answered. */
let answers: Record<string, StubAnswer[]>;

beforeEach(async () => {
  answers = {};
  stub = await httpStub(({ path }) => answers[path]?.shift() ?? {});
  await addIntegration(ledger.db, 'one', { config: { url: stub.url } });
});

afterEach(() => stub.close());

/** Path and key of each call, in their order. */
const calls = () =>
  stub.requests.map(({ method, path, headers }) => [`${method} ${path}`, headers['idempotency-key']]);

const keyOf = (path: string) => [
  ...new Set(stub.requests.filter((r) => r.path === path).map((r) => r.headers['idempotency-key'])),
];

type Context = SinkContext<{ readonly url: string }>;

const write = async ({ http, config }: Context, path: string) =>
  byStatus(await http.post(`${config.url}${path}`, { endpoint: path, json: { path } }));

const step = (ctx: Context, path: string) =>
  ctx.step(path.slice(1), async () => {
    const outcome = await write(ctx, path);
    return outcome.kind === 'delivered' ? 'done' : outcome;
  });

/** Looks something up, makes a contact, then a note. */
const contactAndNote = sinkThat(async (_event, ctx) => {
  await ctx.http.get(`${ctx.config.url}/search`);
  const contact = await step(ctx, '/contact');
  if (isOutcome(contact)) return contact;
  const note = await step(ctx, '/note');
  return isOutcome(note) ? note : delivered();
});

test('each write has its own key, the first one that of the delivery; a GET has none and does not count', async () => {
  const { take } = ledger.start([contactAndNote]);
  await take([record('e')]);
  await ledger.allDelivered(1);
  const [search, contact, note] = calls();
  expect(search).toEqual(['GET /search', undefined]);
  expect(contact).toEqual(['POST /contact', KEY]);
  expect(note).toEqual(['POST /note', expect.stringMatching(/^[\w-]{43}$/)]);
  expect(note?.[1]).not.toBe(KEY);
});

test('in a retry, the step after a stored one has the same key', async () => {
  answers['/note'] = [{ status: 503 }, { status: 503 }];
  const { take } = ledger.start([contactAndNote]);
  await take([record('e')]);
  await ledger.allDelivered(1);
  expect(stub.requests.filter(({ path }) => path === '/note')).toHaveLength(3);
  expect(keyOf('/contact')).toEqual([KEY]);
  expect(keyOf('/note')).toHaveLength(1);
  expect(keyOf('/note')).not.toEqual([KEY]);
});

test.each([
  ['in its first step', {}, '/contact'],
  ['in its second step', { contact: 'done' }, '/note'],
])(
  'a delivery that an earlier release began is repeated with the key that it had: %s',
  async (_, steps, path) => {
    // As that release leaves it when it dies in a call: claimed, with what it had stored, and nothing about the call.
    await ledger.db.query(
      `with body as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values ('1970-01-01', 'e', 'acme', 'conversation.escalated', '/webhooks/helpninja', now(), $1)
     )
     insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, steps)
     values ('1970-01-01', 'one', 'e', 'probe', 'acme', 'conversation.escalated', 'k', now(), $2)`,
      [record('e').value, JSON.stringify(steps)],
    );
    ledger.start([contactAndNote]);
    await ledger.allDelivered(1);
    expect(keyOf(path)).toEqual([KEY]);
    expect(
      new Set(
        calls()
          .map(([, key]) => key)
          .filter((key) => key === KEY),
      ).size,
    ).toBe(1);
    expect(calls().filter(([, key]) => key === KEY)).toHaveLength(1);
  },
);

test('when a retry finds the object of a write whose answer was lost, no other write gets its key', async () => {
  answers['/find'] = [{ status: 404 }];
  answers['/contact'] = [{ fault: 'reset' }];
  const { take } = ledger.start([
    sinkThat(async (_event, ctx) => {
      const contact = await ctx.step('contact', async () => {
        const found = await ctx.http.get(`${ctx.config.url}/find`);
        if (found.status === 200) return 'found';
        const outcome = await write(ctx, '/contact');
        return outcome.kind === 'delivered' ? 'made' : outcome;
      });
      if (isOutcome(contact)) return contact;
      const note = await step(ctx, '/note');
      return isOutcome(note) ? note : delivered();
    }),
  ]);
  await take([record('e')]);
  await ledger.allDelivered(1);
  expect(keyOf('/contact')).toEqual([KEY]);
  expect(keyOf('/note')).toHaveLength(1);
  expect(keyOf('/note')).not.toEqual([KEY]);
});

test('writes at one endpoint have keys by their number, the same in each attempt', async () => {
  answers['/row'] = [{}, {}, { status: 503 }];
  const { take } = ledger.start([
    sinkThat(async (_event, ctx) => {
      for (let row = 0; row < 3; row += 1) {
        const outcome = await write(ctx, '/row');
        if (outcome.kind !== 'delivered') return outcome;
      }
      return delivered();
    }),
  ]);
  await take([record('e')]);
  await ledger.allDelivered(1);
  const keys = calls().map(([, key]) => key);
  expect(keys).toHaveLength(6);
  expect(keys.slice(0, 3)).toEqual(keys.slice(3));
  expect(new Set(keys).size).toBe(3);
  expect(keys[0]).toBe(KEY);
});

test('steps that run at the same time use the HTTP that each is given; a call with the HTTP of the context throws', async () => {
  const errors: unknown[] = [];
  const { take } = ledger.start([
    sinkThat(async (_event, ctx) => {
      const make = (path: string) =>
        ctx.step(path, async (http) => (await http.post(`${ctx.config.url}${path}`)).status);
      await Promise.all([
        make('/a'),
        make('/b'),
        ctx.http.post(`${ctx.config.url}/c`).catch((error: unknown) => errors.push(error)),
      ]);
      return delivered();
    }),
  ]);
  await take([record('e')]);
  await ledger.allDelivered(1);
  expect(errors).toEqual([expect.any(RangeError)]);
  expect(
    calls()
      .map(([path]) => path)
      .sort(),
  ).toEqual(['POST /a', 'POST /b']);
  expect(new Set(calls().map(([, key]) => key)).size).toBe(2);
});
