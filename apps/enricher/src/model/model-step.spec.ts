// The model step with a real HTTP server and a real Postgres: enrichments are stored before they are used, answers are shared by
// events with the same text, and the local analysis replaces an answer that does not come in time.
import { setTimeout as wait } from 'node:timers/promises';
import { createDatabase } from '@switchboard/postgres';
import { quiet } from '@switchboard/testing';
import type { ConversationFetch } from './conversation.ts';
import { PROMPT_VERSIONS } from './prompt.ts';
import { ANSWERING_MODEL, goodAnswer } from './test-model-server.ts';
import { NO_SETTINGS, platformWith, testEvent, testStep } from './test-step.ts';

const kit = testStep();
const calls = () => kit.server.requests.length;

test('the model judges, entities are found locally, and the model is shown no personal data', async () => {
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

test('a redelivered event gets the same bytes without a call, also in another process', async () => {
  const one = testEvent();
  const first = await kit.begin().enrichment(one, NO_SETTINGS, 'k', undefined);
  const before = calls();
  kit.server.behave({ content: JSON.stringify({ ...goodAnswer, urgency: 'low' }) });
  expect(await kit.begin().enrichment(one, NO_SETTINGS, 'k', undefined)).toBe(first);
  expect(calls()).toBe(before);
});

test('two processes that ask at the same time use the answer that was stored first', async () => {
  kit.server.behave((_request, index) => ({
    content: JSON.stringify({ ...goodAnswer, goals: [`answer number ${index}`] }),
    delayMs: 50,
  }));
  const one = testEvent();
  const both = await Promise.all(
    [kit.begin(), kit.begin()].map((process) => process.enrichment(one, NO_SETTINGS, 'k', undefined)),
  );
  expect(both[0]).toBe(both[1]);
});

test('the same text causes one call for a tenant, and another one for another tenant', async () => {
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

test('an answer in an old form is not used for another event', async () => {
  const { messages } = testEvent();
  await kit.enriched(testEvent({ messages, tenantId: 'old-form' }));
  await kit.corner.database.query(
    `update model_answer set answer = (answer::jsonb || '{"urgency": "of old"}')::json where tenant_id = 'old-form'`,
  );
  expect(await kit.enriched(testEvent({ messages, tenantId: 'old-form' }))).toMatchObject({
    source: 'model',
  });
});

test('a fallback is stored too, and the event keeps it', async () => {
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

test('the deadline ends the call of a server that hangs', async () => {
  kit.begin({ deadlineMs: 300 });
  kit.server.behave({ fault: 'hang' });
  expect(await kit.enriched(testEvent())).toMatchObject({ source: 'fallback', fallback_reason: 'deadline' });
});

test('without text there is no call, and the enrichment is not used for other events', async () => {
  const before = calls();
  const first = testEvent({ messages: [] });
  expect(await kit.enriched(first)).toMatchObject({ source: 'local', metrics: { words: 0 } });
  expect(await kit.enriched(testEvent({ messages: [{ text: ' \n', customer: true }] }))).toMatchObject({
    source: 'local',
  });
  expect(calls()).toBe(before);
  const late = platformWith(undefined, [{ text: 'words that came later', customer: true }]);
  expect(await kit.enriched(first, NO_SETTINGS, late)).toMatchObject({ source: 'local' });
});

test('an event with a time in the future has no more time than others', async () => {
  kit.begin({ deadlineMs: 300 });
  kit.server.behave({ fault: 'hang' });
  const made = await kit.enriched(testEvent({ acceptedAt: Date.now() + 3_600_000 }));
  expect(made).toMatchObject({ fallback_reason: 'deadline' });
});

test('an event past its deadline gets its details and no answer', async () => {
  const before = calls();
  const late = { acceptedAt: Date.now() - 60_000 };
  const fetched: string[] = [];
  const fetching = platformWith({ id: 'conv_1', customer_email: 'ann@example.com' }, [], fetched);
  const made = await kit.enriched(testEvent(late), NO_SETTINGS, fetching);
  expect(made).toMatchObject({
    source: 'fallback',
    fallback_reason: 'deadline',
    cost_usd: 0,
    conversation: { id: 'conv_1', customer_email: 'ann@example.com' },
  });
  // The event has its own text; the messages of the conversation are only for the model.
  expect(fetched).toEqual(['details']);
  const messages = [{ text: 'I was charged twice', customer: true }];
  const withoutText = await kit.enriched(
    testEvent({ ...late, messages: [] }),
    NO_SETTINGS,
    platformWith({ id: 'c' }, messages),
  );
  expect(withoutText).toMatchObject({
    classification: { categories: ['billing'] },
    metrics: { messages: 1 },
  });
  expect(calls()).toBe(before);
});

test('details are used that come after the deadline, or whose messages come after it', async () => {
  kit.begin({ deadlineMs: 300 });
  const passed = () => wait(600);
  const slowDetails: ConversationFetch = {
    details: async () => passed().then(() => ({ id: 'late' })),
    messages: async () => undefined,
  };
  expect(await kit.enriched(testEvent(), NO_SETTINGS, slowDetails)).toMatchObject({
    fallback_reason: 'deadline',
    conversation: { id: 'late' },
  });
  const slowMessages: ConversationFetch = {
    details: async () => ({ id: 'in time' }),
    messages: () => new Promise(() => undefined),
  };
  expect(await kit.enriched(testEvent(), NO_SETTINGS, slowMessages)).toMatchObject({
    fallback_reason: 'deadline',
    conversation: { id: 'in time' },
  });
});

test('a key that cannot be decrypted causes no call', async () => {
  const before = calls();
  expect(await kit.enriched(testEvent(), { ...NO_SETTINGS, keyUnusable: true })).toMatchObject({
    source: 'fallback',
    fallback_reason: 'credentials',
  });
  expect(calls()).toBe(before);
});

test("a tenant's own limit overrides the platform's, and the platform's other limits stay valid", async () => {
  kit.begin({ limits: { tokensPerDay: 0, microUsdPerMonth: 1_000_000 } });
  expect(await kit.enriched(testEvent({ tenantId: 'limits-1' }))).toMatchObject({
    fallback_reason: 'budget',
  });
  const generous = { ...NO_SETTINGS, limits: { tokensPerDay: 100_000 } };
  expect(await kit.enriched(testEvent({ tenantId: 'limits-1' }), generous)).toMatchObject({
    source: 'model',
  });
  kit.begin({ limits: { microUsdPerMonth: 0 } });
  expect(await kit.enriched(testEvent({ tenantId: 'limits-2' }), generous)).toMatchObject({
    fallback_reason: 'budget',
  });
});

test('the model is shown the conversation that the platform has', async () => {
  const messages = [{ text: 'the whole conversation, first to last', customer: true }];
  const made = await kit.enriched(testEvent(), NO_SETTINGS, platformWith({ id: 'conv_1' }, messages));
  expect(made.conversation).toEqual({ id: 'conv_1' });
  expect(kit.server.requests.at(-1)?.text).toContain('first to last');
});

test('without Postgres there is no enrichment, because it could not be stored', async () => {
  const url = 'postgres://switchboard:switchboard@127.0.0.1:1/switchboard';
  const away = createDatabase({ url, schema: 'public', logger: quiet });
  const step = kit.begin({}, away);
  await expect(step.enrichment(testEvent(), NO_SETTINGS, 'k', undefined)).rejects.toMatchObject({
    name: 'PostgresUnavailableError',
  });
  await away.close();
});
