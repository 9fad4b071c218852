// What comes of asking in each way that a server can answer or fail, and what it costs the tenant.
import type { FallbackReason } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import type { Budget } from './budget.ts';
import {
  ANSWERING_MODEL,
  type Behaviour,
  GARBAGE,
  goodAnswer,
  OUT_OF_SCHEMA,
  REFUSAL,
} from './test-model-server.ts';
import { ask, LIKELY, MOST, question, testQuestions } from './test-questions.ts';

const kit = testQuestions(new HttpClient());

test('an answer costs what the server says that it cost', async () => {
  const asked = question();
  const came = await ask(kit.start(), 'k', asked);
  expect(came).toMatchObject({ answer: goodAnswer, model: ANSWERING_MODEL });
  const { tokens, microUsd } = await kit.spent(asked);
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
    { calls: number; costs: 'nothing' | 'likely' | 'told'; held?: FallbackReason },
  ]
>([
  ['a server in trouble', { status: 503 }, 'unavailable', { calls: 1, costs: 'likely' }],
  ['a connection that breaks', { fault: 'reset' }, 'unavailable', { calls: 1, costs: 'likely' }],
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
  ['no completion at all, twice', GARBAGE, 'invalid_answer', { calls: 2, costs: 'likely' }],
  [
    'a rate limit for longer than there is time',
    { status: 429, headers: { 'retry-after': '120' } },
    'rate_limited',
    { calls: 1, costs: 'nothing', held: 'rate_limited' },
  ],
])('%s', async (_, behaviour, reason, { calls, costs, held }) => {
  kit.server.behave(behaviour);
  const asking = kit.start();
  const asked = question();
  const came = await ask(asking, 'k', asked);
  expect(came).toMatchObject({ reason });
  expect(kit.server.requests).toHaveLength(calls);
  expect([...asking.held(performance.now()).keys()]).toEqual(held ? [held] : []);
  const { tokens, microUsd } = await kit.spent(asked);
  expect(microUsd).toBe(came.microUsd);
  if (costs === 'nothing') expect(tokens).toBe(0);
  else if (costs === 'likely') expect(tokens).toBe(LIKELY * calls);
  else {
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThan(MOST * calls);
  }
});

test('an answer outside the schema is asked for once more, and both are paid for', async () => {
  kit.server.behave((_request, index) => (index === 0 ? OUT_OF_SCHEMA : {}));
  const asked = question();
  const came = await ask(kit.start(), 'k', asked);
  expect(came).toMatchObject({ answer: goodAnswer });
  expect(kit.server.requests).toHaveLength(2);
  expect((await kit.spent(asked)).microUsd).toBe(came.microUsd);
});

test('where the time ended while room was made in the budget, nobody is asked and nothing is spent', async () => {
  const gone = new AbortController();
  const slow = {
    reserve: async (...of: Parameters<Budget['reserve']>) => {
      const reservation = await kit.budget.reserve(...of);
      gone.abort();
      return reservation;
    },
    settle: kit.budget.settle.bind(kit.budget),
  };
  const asked = { ...question(), signal: gone.signal };
  expect(await ask(kit.start({ budget: slow }), 'k', asked)).toEqual({ reason: 'deadline', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(0);
  expect((await kit.spent(asked)).tokens).toBe(0);
});

test('what does not fit into the budget is not asked', async () => {
  const asked = question(60_000, { tokensPerDay: MOST - 1 });
  expect(await ask(kit.start(), 'k', asked)).toEqual({ reason: 'budget', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(0);
  expect((await kit.spent(asked)).tokens).toBe(0);
});
