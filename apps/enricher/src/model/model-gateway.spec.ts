// The result and the tenant's cost for each way in which a server can answer or fail.
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
import { ask, LIKELY, newRequest, RESERVED, testModelRequests } from './test-model-requests.ts';

const kit = testModelRequests(new HttpClient());

test('the cost of an answer follows from the usage that the server reports', async () => {
  const request = newRequest();
  const result = await ask(kit.start(), 'k', request);
  expect(result).toMatchObject({ answer: goodAnswer, model: ANSWERING_MODEL });
  const { tokens, microUsd } = await kit.spent(request);
  expect(tokens).toBeGreaterThan(0);
  expect(tokens).toBeLessThan(RESERVED);
  expect(microUsd).toBe(result.microUsd);
});

const NO_CREDIT: Behaviour = {
  status: 429,
  error: { type: 'insufficient_quota', code: 'insufficient_quota' },
};
test.each<
  [
    string,
    Behaviour,
    FallbackReason,
    { calls: number; costs: 'nothing' | 'likely' | 'reported'; held?: FallbackReason },
  ]
>([
  ['a server error', { status: 503 }, 'unavailable', { calls: 1, costs: 'likely' }],
  ['a connection reset', { fault: 'reset' }, 'unavailable', { calls: 1, costs: 'likely' }],
  ['a refused key', { status: 401 }, 'credentials', { calls: 1, costs: 'nothing', held: 'credentials' }],
  [
    'an account without credit',
    NO_CREDIT,
    'credentials',
    { calls: 1, costs: 'nothing', held: 'credentials' },
  ],
  ['a refused request', { status: 400 }, 'refused', { calls: 1, costs: 'nothing' }],
  ['a model that refuses', REFUSAL, 'refused', { calls: 1, costs: 'reported' }],
  ['an answer outside the schema, twice', OUT_OF_SCHEMA, 'invalid_answer', { calls: 2, costs: 'reported' }],
  ['a response that is not a completion, twice', GARBAGE, 'invalid_answer', { calls: 2, costs: 'likely' }],
  [
    'a rate limit that ends after the deadline',
    { status: 429, headers: { 'retry-after': '120' } },
    'rate_limited',
    { calls: 1, costs: 'nothing', held: 'rate_limited' },
  ],
])('%s', async (_, behaviour, reason, { calls, costs, held }) => {
  kit.server.behave(behaviour);
  const gateway = kit.start();
  const request = newRequest();
  const result = await ask(gateway, 'k', request);
  expect(result).toMatchObject({ reason });
  expect(kit.server.requests).toHaveLength(calls);
  expect([...gateway.heldKeys(performance.now()).keys()]).toEqual(held ? [held] : []);
  const { tokens, microUsd } = await kit.spent(request);
  expect(microUsd).toBe(result.microUsd);
  if (costs === 'nothing') expect(tokens).toBe(0);
  else if (costs === 'likely') expect(tokens).toBe(LIKELY * calls);
  else {
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThan(RESERVED * calls);
  }
});

test('after an answer outside the schema there is a second call, and both are paid for', async () => {
  kit.server.behave((_request, index) => (index === 0 ? OUT_OF_SCHEMA : {}));
  const request = newRequest();
  const result = await ask(kit.start(), 'k', request);
  expect(result).toMatchObject({ answer: goodAnswer });
  expect(kit.server.requests).toHaveLength(2);
  expect((await kit.spent(request)).microUsd).toBe(result.microUsd);
});

test('when the deadline passes while the budget is reserved, there is no call and no cost', async () => {
  const deadline = new AbortController();
  const slowBudget = {
    reserve: async (...args: Parameters<Budget['reserve']>) => {
      const reservation = await kit.budget.reserve(...args);
      deadline.abort();
      return reservation;
    },
    settle: kit.budget.settle.bind(kit.budget),
  };
  const request = { ...newRequest(), signal: deadline.signal };
  expect(await ask(kit.start({ budget: slowBudget }), 'k', request)).toEqual({
    reason: 'deadline',
    microUsd: 0,
  });
  expect(kit.server.requests).toHaveLength(0);
  expect((await kit.spent(request)).tokens).toBe(0);
});

test('there is no call when the budget is too small', async () => {
  const request = newRequest(60_000, { tokensPerDay: RESERVED - 1 });
  expect(await ask(kit.start(), 'k', request)).toEqual({ reason: 'budget', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(0);
  expect((await kit.spent(request)).tokens).toBe(0);
});
