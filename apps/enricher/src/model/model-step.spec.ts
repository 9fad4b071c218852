// Enrichments that come of a model, with a real server and a real Postgres: stored before they are used, shared by those who
// ask the same, local where they cannot be had in time.
import { createDatabase } from '@switchboard/postgres';
import { quiet } from '@switchboard/testing';
import { PROMPT_VERSIONS } from './prompt.ts';
import { ANSWERING_MODEL, goodAnswer } from './test-model-server.ts';
import { NOTHING_SET, platformWith, testEvent, testStep } from './test-step.ts';

const kit = testStep();
const calls = () => kit.server.requests.length;

test('the model judges; what is taken locally stays, and nothing personal is shown', async () => {
  const made = await kit.enriched(testEvent());
  expect(made).toMatchObject({
    source: 'model',
    model: ANSWERING_MODEL,
    prompt_version: PROMPT_VERSIONS[0],
    insights: { intent: goodAnswer.intent, goals: goodAnswer.goals },
    classification: {
      categories: goodAnswer.categories,
      sentiment: 'negative',
      urgency: 'high',
      priority: 'high',
    },
    entities: { emails: ['ann@example.com'] },
  });
  expect(made.cost_usd).toBeGreaterThan(0);
  expect(made.latency_ms).toBeGreaterThanOrEqual(0);
  expect(kit.server.requests.at(-1)?.text).toContain('[EMAIL]');
  expect(kit.server.requests.at(-1)?.text).not.toContain('ann@example.com');
});

test('a redelivered event has the same enrichment to the byte, without a call, in another process too', async () => {
  const one = testEvent();
  const first = await kit.begin().enrichment(one, NOTHING_SET, 'k', undefined);
  const before = calls();
  kit.server.behave({ content: JSON.stringify({ ...goodAnswer, urgency: 'low' }) });
  expect(await kit.begin().enrichment(one, NOTHING_SET, 'k', undefined)).toBe(first);
  expect(calls()).toBe(before);
});

test('two processes that ask at once use the answer that was stored first', async () => {
  kit.server.behave((_request, index) => ({
    content: JSON.stringify({ ...goodAnswer, goals: [`answer number ${index}`] }),
    delayMs: 50,
  }));
  const one = testEvent();
  const both = await Promise.all(
    [kit.begin(), kit.begin()].map((process) => process.enrichment(one, NOTHING_SET, 'k', undefined)),
  );
  expect(both[0]).toBe(both[1]);
});

test('the same words are asked about once for a tenant, and again for another', async () => {
  const { messages } = testEvent();
  const first = await kit.enriched(testEvent({ messages }));
  const before = calls();
  const second = await kit.enriched(testEvent({ messages }));
  expect(second).toMatchObject({
    source: 'cache',
    model: ANSWERING_MODEL,
    cost_usd: 0,
    insights: first.insights,
  });
  expect(calls()).toBe(before);
  expect(await kit.enriched(testEvent({ messages, tenantId: 'umbrella' }))).toMatchObject({
    source: 'model',
  });
  expect(calls()).toBe(before + 1);
});

test('an answer in a form of old is not used for another event', async () => {
  const { messages } = testEvent();
  await kit.enriched(testEvent({ messages, tenantId: 'old-form' }));
  await kit.corner.database.query(
    `update model_answer set answer = (answer::jsonb || '{"urgency": "of old"}')::json where tenant_id = 'old-form'`,
  );
  expect(await kit.enriched(testEvent({ messages, tenantId: 'old-form' }))).toMatchObject({
    source: 'model',
  });
});

test('a fallback is stored as well: the event has it for good', async () => {
  kit.server.behave({ status: 503 });
  const one = testEvent();
  const made = await kit.enriched(one);
  expect(made).toMatchObject({
    source: 'fallback',
    fallback_reason: 'unavailable',
    classification: { categories: ['billing'] },
  });
  expect(made).not.toHaveProperty('model');
  kit.server.behave();
  expect(await kit.enriched(one)).toEqual(made);
});

test('a server that hangs is left when the time is over', async () => {
  kit.begin({ deadlineMs: 300 });
  kit.server.behave({ fault: 'hang' });
  expect(await kit.enriched(testEvent())).toMatchObject({ source: 'fallback', fallback_reason: 'deadline' });
});

test('of nothing said nobody is asked, and nothing is remembered for others', async () => {
  const before = calls();
  const first = testEvent({ messages: [] });
  expect(await kit.enriched(first)).toMatchObject({ source: 'local', metrics: { words: 0 } });
  expect(await kit.enriched(testEvent({ messages: [{ text: ' \n', customer: true }] }))).toMatchObject({
    source: 'local',
  });
  expect(calls()).toBe(before);
  const late = platformWith(undefined, [{ text: 'words that came later', customer: true }]);
  expect(await kit.enriched(first, NOTHING_SET, late)).toMatchObject({ source: 'local' });
});

test('an event from the future has no more time than others', async () => {
  kit.begin({ deadlineMs: 300 });
  kit.server.behave({ fault: 'hang' });
  const made = await kit.enriched(testEvent({ acceptedAt: Date.now() + 3_600_000 }));
  expect(made).toMatchObject({ fallback_reason: 'deadline' });
});

test('a key that cannot be opened costs nobody anything', async () => {
  const before = calls();
  expect(await kit.enriched(testEvent(), { ...NOTHING_SET, keyUnusable: true })).toMatchObject({
    source: 'fallback',
    fallback_reason: 'credentials',
  });
  expect(calls()).toBe(before);
});

test("a tenant's own limit goes before the platform's, and those it has no word on stay", async () => {
  kit.begin({ limits: { tokensPerDay: 0, microUsdPerMonth: 1_000_000 } });
  expect(await kit.enriched(testEvent({ tenantId: 'limits-1' }))).toMatchObject({
    fallback_reason: 'budget',
  });
  const generous = { ...NOTHING_SET, limits: { tokensPerDay: 100_000 } };
  expect(await kit.enriched(testEvent({ tenantId: 'limits-1' }), generous)).toMatchObject({
    source: 'model',
  });
  kit.begin({ limits: { microUsdPerMonth: 0 } });
  expect(await kit.enriched(testEvent({ tenantId: 'limits-2' }), generous)).toMatchObject({
    fallback_reason: 'budget',
  });
});

test('what the platform has of the conversation is what the model is shown', async () => {
  const messages = [{ text: 'the whole conversation, first to last', customer: true }];
  const made = await kit.enriched(testEvent(), NOTHING_SET, platformWith({ id: 'conv_1' }, messages));
  expect(made.conversation).toEqual({ id: 'conv_1' });
  expect(kit.server.requests.at(-1)?.text).toContain('first to last');
});

test('without Postgres there is no enrichment, rather than one that is forgotten', async () => {
  const url = 'postgres://switchboard:switchboard@127.0.0.1:1/switchboard';
  const away = createDatabase({ url, schema: 'public', logger: quiet });
  const step = kit.begin({}, away);
  await expect(step.enrichment(testEvent(), NOTHING_SET, 'k', undefined)).rejects.toMatchObject({
    name: 'PostgresUnavailableError',
  });
  await away.close();
});
