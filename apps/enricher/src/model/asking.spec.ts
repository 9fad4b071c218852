// What comes of asking in each way that a server can answer or fail, what it costs the tenant, and whom it holds up.
import { setMaxListeners } from 'node:events';
import type { FallbackReason } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { eventually, type Suite, suite } from '@switchboard/testing';
import type { Question } from './asking.ts';
import { Budget } from './budget.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { ANSWER_TOKENS, testAsking } from './test-asking.ts';
import {
  ANSWERING_MODEL,
  type Behaviour,
  GARBAGE,
  goodAnswer,
  OUT_OF_SCHEMA,
  REFUSAL,
  type TestModelServer,
  testModelServer,
} from './test-model-server.ts';

const MOST_EVENTS = 40;
const http = new HttpClient({ connectionsPerOrigin: MOST_EVENTS });
let corner: Suite;
let server: TestModelServer;
let budget: Budget;
let tenants = 0;

beforeAll(async () => {
  corner = await suite({ topics: false });
  budget = new Budget(corner.database);
});
beforeEach(async () => {
  server = await testModelServer();
});
afterEach(() => server.close());
afterAll(async () => {
  await http.close();
  await corner.end();
});

const prompt = promptFor(
  { messages: [{ text: 'hello', customer: true }] },
  { version: PROMPT_VERSIONS[0], maxTokens: 100 },
);
const MOST = prompt.upperTokens + ANSWER_TOKENS;
const start = (more: Parameters<typeof testAsking>[1] = {}) =>
  testAsking({ http, database: corner.database, url: server.url }, more).asking;

/** A question with this much time left. */
function question(ms = 60_000, limits: Question['limits'] = {}): Question {
  return {
    tenantId: `tenant-${(tenants += 1)}`,
    eventType: 'conversation.ended',
    limits,
    prompt: () => prompt,
    until: performance.now() + ms,
    signal: AbortSignal.timeout(ms),
  };
}
const spent = async ({ tenantId }: Question) => (await budget.spent(tenantId, new Date())).day;

test('an answer costs what the server says that it cost', async () => {
  const asked = question();
  const came = await start().ask('k', asked);
  expect(came).toMatchObject({ answer: goodAnswer, model: ANSWERING_MODEL });
  const { tokens, microUsd } = await spent(asked);
  expect(tokens).toBeGreaterThan(0);
  expect(tokens).toBeLessThan(MOST);
  expect(microUsd).toBe(came.microUsd);
});

const NO_MONEY: Behaviour = { status: 429, sign: { type: 'insufficient_quota', code: 'insufficient_quota' } };
test.each<
  [
    string,
    Behaviour,
    FallbackReason,
    { calls: number; costs: 'nothing' | 'most' | 'told'; held?: FallbackReason },
  ]
>([
  ['a server in trouble', { status: 503 }, 'unavailable', { calls: 1, costs: 'most' }],
  ['a connection that breaks', { fault: 'reset' }, 'unavailable', { calls: 1, costs: 'most' }],
  [
    'a key that is refused',
    { status: 401 },
    'credentials',
    { calls: 1, costs: 'nothing', held: 'credentials' },
  ],
  ['an account without credit', NO_MONEY, 'credentials', { calls: 1, costs: 'nothing', held: 'credentials' }],
  ['a request that is refused', { status: 400 }, 'refused', { calls: 1, costs: 'nothing' }],
  ['a model that refuses', REFUSAL, 'refused', { calls: 1, costs: 'told' }],
  ['an answer outside the schema, twice', OUT_OF_SCHEMA, 'invalid_answer', { calls: 2, costs: 'told' }],
  ['no completion at all, twice', GARBAGE, 'invalid_answer', { calls: 2, costs: 'most' }],
  [
    'a rate limit for longer than there is time',
    { status: 429, headers: { 'retry-after': '120' } },
    'rate_limited',
    { calls: 1, costs: 'nothing', held: 'rate_limited' },
  ],
])('%s', async (_, behaviour, reason, { calls, costs, held }) => {
  server.behave(behaviour);
  const asking = start();
  const asked = question();
  const came = await asking.ask('k', asked);
  expect(came).toMatchObject({ reason });
  expect(server.requests).toHaveLength(calls);
  expect([...asking.held(performance.now()).keys()]).toEqual(held ? [held] : []);
  const { tokens, microUsd } = await spent(asked);
  expect(microUsd).toBe(came.microUsd);
  if (costs === 'nothing') expect(tokens).toBe(0);
  else if (costs === 'most') expect(tokens).toBe(MOST * calls);
  else {
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThan(MOST * calls);
  }
});

test('an answer outside the schema is asked for once more, and both are paid for', async () => {
  server.behave((_request, index) => (index === 0 ? OUT_OF_SCHEMA : {}));
  const asked = question();
  const came = await start().ask('k', asked);
  expect(came).toMatchObject({ answer: goodAnswer });
  expect(server.requests).toHaveLength(2);
  expect((await spent(asked)).microUsd).toBe(came.microUsd);
});

test('a rate limit that ends in time is waited for, by everybody with that key', async () => {
  const limited: Behaviour = { status: 429, headers: { 'retry-after-ms': '300' } };
  const at: number[] = [];
  server.behave((_request, index) => {
    at.push(performance.now());
    return index === 0 ? limited : {};
  });
  const asking = start();
  const first = asking.ask('k', question());
  await eventually(() => expect([...asking.held(performance.now()).keys()]).toEqual(['rate_limited']));
  const came = await Promise.all([first, asking.ask('k', question())]);
  for (const one of came) expect(one).toMatchObject({ answer: goodAnswer });
  expect(at).toHaveLength(3);
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(200);
});

test('limited again after the limit: whoever waits goes on without, and so do all who come', async () => {
  server.behave({ status: 429, headers: { 'retry-after-ms': '300' } });
  const asking = start();
  const came = await Promise.all([1, 2, 3].map(() => asking.ask('k', question())));
  expect(came.map((one) => 'reason' in one && one.reason)).toEqual(Array(3).fill('rate_limited'));
  const { length } = server.requests;
  expect(length).toBeLessThanOrEqual(6);
  server.behave({ status: 429, headers: { 'retry-after': '60' } });
  await eventually(() => expect([...asking.held(performance.now())]).toEqual([]));
  expect(await asking.ask('k', question())).toMatchObject({ reason: 'rate_limited' });
  expect(await asking.ask('k', question(600_000))).toMatchObject({ reason: 'rate_limited' });
  expect(server.requests).toHaveLength(length + 1);
});

test('who is told to come back at once does so a few times and not for as long as there is time', async () => {
  server.behave({ status: 429, headers: { 'retry-after': '0' } });
  expect(await start().ask('k', question())).toMatchObject({ reason: 'rate_limited' });
  expect(server.requests.length).toBeLessThanOrEqual(3);
});

test('where the time ended while room was made in the budget, nobody is asked and nothing is spent', async () => {
  const gone = new AbortController();
  const slow = {
    reserve: async (...of: Parameters<Budget['reserve']>) => {
      const reservation = await budget.reserve(...of);
      gone.abort();
      return reservation;
    },
    settle: budget.settle.bind(budget),
  };
  const asked = { ...question(), signal: gone.signal };
  expect(await start({ budget: slow }).ask('k', asked)).toEqual({ reason: 'deadline', microUsd: 0 });
  expect(server.requests).toHaveLength(0);
  expect((await spent(asked)).tokens).toBe(0);
});

test('after five failures in a row nobody asks with that key, and others with another do', async () => {
  server.behave(({ headers }) => (headers['authorization'] === 'Bearer bad' ? { status: 500 } : {}));
  const asking = start();
  for (let nth = 0; nth < 8; nth += 1)
    expect(await asking.ask('bad', question())).toMatchObject({ reason: 'unavailable' });
  expect(server.requests).toHaveLength(5);
  const asked = question();
  expect(await asking.ask('bad', asked)).toEqual({ reason: 'unavailable', microUsd: 0 });
  expect((await spent(asked)).tokens).toBe(0);
  expect(await asking.ask('good', question())).toMatchObject({ answer: goodAnswer });
});

test('what does not fit into the budget is not asked', async () => {
  const asked = question(60_000, { tokensPerDay: MOST - 1 });
  expect(await start().ask('k', asked)).toEqual({ reason: 'budget', microUsd: 0 });
  expect(server.requests).toHaveLength(0);
  expect((await spent(asked)).tokens).toBe(0);
});

test('a server that hangs is given up at the longest call, or at the end of the time', async () => {
  server.behave({ fault: 'hang' });
  const asking = start({ timeoutMs: 200 });
  const slow = question();
  expect(await asking.ask('k', slow)).toMatchObject({ reason: 'unavailable' });
  // Nobody knows whether the server went on and charges for it.
  expect((await spent(slow)).tokens).toBe(MOST);
  expect(await start().ask('k', question(200))).toMatchObject({ reason: 'deadline' });
});

test('one waits for a turn no longer than there is time, and turns are given back', async () => {
  server.behave({ fault: 'hang' });
  const asking = start({ concurrency: 2 });
  const gone = new AbortController();
  const held = [1, 2].map(() => asking.ask('k', { ...question(), signal: gone.signal }));
  await eventually(() => expect(server.requests).toHaveLength(2));
  expect(await asking.ask('k', question(100))).toEqual({ reason: 'deadline', microUsd: 0 });
  expect(server.requests).toHaveLength(2);
  server.behave();
  const next = asking.ask('k', question());
  gone.abort();
  for (const one of await Promise.all(held)) expect(one).toMatchObject({ reason: 'deadline' });
  expect(await next).toMatchObject({ answer: goodAnswer });
});

test('where more wait than can be answered soon, the others go on without', async () => {
  server.behave({ fault: 'hang' });
  const asking = start({ concurrency: 1 });
  const gone = new AbortController();
  const held = Array.from({ length: 4 }, () => asking.ask('k', { ...question(), signal: gone.signal }));
  await eventually(() => expect(server.requests).toHaveLength(1));
  expect(await asking.ask('k', question())).toEqual({ reason: 'busy', microUsd: 0 });
  gone.abort();
  await Promise.all(held);
  server.behave();
  expect(await asking.ask('k', question())).toMatchObject({ answer: goodAnswer });
});

test('keys that hang leave room for those events that ask nobody, and for other keys', async () => {
  server.behave({ fault: 'hang' });
  const asking = start({ concurrency: 10, events: MOST_EVENTS });
  const gone = new AbortController();
  setMaxListeners(MOST_EVENTS, gone.signal);
  const held = Array.from({ length: MOST_EVENTS }, (_, nth) =>
    asking.ask(`k${nth % 4}`, { ...question(), signal: gone.signal }),
  );
  await eventually(() => expect(server.requests).toHaveLength(MOST_EVENTS));
  expect(await asking.ask('k0', question())).toEqual({ reason: 'busy', microUsd: 0 });
  server.behave();
  expect(await asking.ask('another', question())).toMatchObject({ answer: goodAnswer });
  gone.abort();
  await Promise.all(held);
});
