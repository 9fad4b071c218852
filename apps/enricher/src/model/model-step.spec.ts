// Enrichments that come of a model, with a real server and a real Postgres: stored before they are used, shared by those who
// ask the same, local where they cannot be had in time.
import { LocalAnalyser } from '@switchboard/analysis';
import { conversationEscalated, type Enrichment, enrichment } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { createDatabase } from '@switchboard/postgres';
import { quiet, type Suite, suite } from '@switchboard/testing';
import { Answers } from './answers.ts';
import { type Conversation, type EventOfRecord, ModelStep, type ModelStepOptions } from './model-step.ts';
import { PROMPT_VERSIONS } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';
import { testAsking } from './test-asking.ts';
import { ANSWERING_MODEL, goodAnswer, type TestModelServer, testModelServer } from './test-model-server.ts';

const http = new HttpClient();
const NOTHING_SET: TenantInsight = { vocabulary: { products: [], competitors: [] }, limits: {} };
const NOT_FETCHED = async (): Promise<Conversation> => ({});
let corner: Suite;
let server: TestModelServer;
let step: ModelStep;
let numbers = 0;

beforeAll(async () => {
  corner = await suite({ topics: false });
  server = await testModelServer();
});
beforeEach(() => {
  server.behave();
  step = begin();
});
afterAll(async () => {
  await http.close();
  await server.close();
  await corner.end();
});

function begin(more: Partial<ModelStepOptions> = {}, database = corner.database): ModelStep {
  const { asking, metrics } = testAsking({ http, database, url: server.url });
  return new ModelStep({
    analyser: new LocalAnalyser({ competitors: [], phoneCountry: 'US' }),
    answers: new Answers(database, { keepDays: 8 }),
    asking,
    metrics,
    model: 'm',
    promptVersion: PROMPT_VERSIONS[0],
    limits: {},
    promptTokens: 1_000,
    deadlineMs: 60_000,
    phoneCountry: 'US',
    ...more,
  });
}

/** An event that nobody asked about before, unless its words are given. */
function event(more: Partial<EventOfRecord> = {}): EventOfRecord {
  const number = (numbers += 1);
  return {
    id: `e${number}`,
    type: conversationEscalated.type,
    tenantId: 'acme',
    data: {},
    messages: [{ text: `case ${number}: I was charged twice, write to ann@example.com`, customer: true }],
    acceptedAt: Date.now(),
    ...more,
  };
}
async function enriched(of: EventOfRecord, insight = NOTHING_SET, fetch = NOT_FETCHED) {
  const json = await step.enrichment(of, insight, insight.keyUnusable ? undefined : 'k', fetch);
  return enrichment.strict().parse(JSON.parse(json)) satisfies Enrichment;
}
const calls = () => server.requests.length;

test('the model judges; what is taken locally stays, and nothing personal is shown', async () => {
  const made = await enriched(event());
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
  expect(server.requests.at(-1)?.text).toContain('[EMAIL]');
  expect(server.requests.at(-1)?.text).not.toContain('ann@example.com');
});

test('a redelivered event has the same enrichment to the byte, without a call, in another process too', async () => {
  const one = event();
  const first = await step.enrichment(one, NOTHING_SET, 'k', NOT_FETCHED);
  const before = calls();
  server.behave({ content: JSON.stringify({ ...goodAnswer, urgency: 'low' }) });
  expect(await begin().enrichment(one, NOTHING_SET, 'k', NOT_FETCHED)).toBe(first);
  expect(calls()).toBe(before);
});

test('two processes that ask at once use the answer that was stored first', async () => {
  server.behave((_request, index) => ({
    content: JSON.stringify({ ...goodAnswer, goals: [`answer number ${index}`] }),
    delayMs: 50,
  }));
  const one = event();
  const both = await Promise.all(
    [step, begin()].map((process) => process.enrichment(one, NOTHING_SET, 'k', NOT_FETCHED)),
  );
  expect(both[0]).toBe(both[1]);
});

test('the same words are asked about once for a tenant, and again for another', async () => {
  const { messages } = event();
  const first = await enriched(event({ messages }));
  const before = calls();
  const second = await enriched(event({ messages }));
  expect(second).toMatchObject({
    source: 'cache',
    model: ANSWERING_MODEL,
    cost_usd: 0,
    insights: first.insights,
  });
  expect(calls()).toBe(before);
  expect(await enriched(event({ messages, tenantId: 'umbrella' }))).toMatchObject({ source: 'model' });
  expect(calls()).toBe(before + 1);
});

test('an answer in a form of old is not used for another event', async () => {
  const { messages } = event();
  await enriched(event({ messages, tenantId: 'old-form' }));
  await corner.database.query(
    `update model_answer set answer = (answer::jsonb || '{"urgency": "of old"}')::json where tenant_id = 'old-form'`,
  );
  expect(await enriched(event({ messages, tenantId: 'old-form' }))).toMatchObject({ source: 'model' });
});

test('a fallback is stored as well: the event has it for good', async () => {
  server.behave({ status: 503 });
  const one = event();
  const made = await enriched(one);
  expect(made).toMatchObject({
    source: 'fallback',
    fallback_reason: 'unavailable',
    classification: { categories: ['billing'] },
  });
  expect(made).not.toHaveProperty('model');
  server.behave();
  expect(await enriched(one)).toEqual(made);
});

test('an event that is late already goes on at once, and nobody is asked', async () => {
  const before = calls();
  const never = () => Promise.reject(new Error('it was fetched'));
  const made = await enriched(event({ acceptedAt: Date.now() - 60_000 }), NOTHING_SET, never);
  expect(made).toMatchObject({ source: 'fallback', fallback_reason: 'deadline', cost_usd: 0 });
  expect(calls()).toBe(before);
});

test('a server that hangs and a platform that does are left when the time is over', async () => {
  step = begin({ deadlineMs: 300 });
  server.behave({ fault: 'hang' });
  expect(await enriched(event())).toMatchObject({ source: 'fallback', fallback_reason: 'deadline' });
  const never = () => new Promise<Conversation>(() => undefined);
  expect(await enriched(event(), NOTHING_SET, never)).toMatchObject({ fallback_reason: 'deadline' });
});

test('of nothing said nobody is asked, and nothing is remembered for others', async () => {
  const before = calls();
  const first = event({ messages: [] });
  expect(await enriched(first)).toMatchObject({ source: 'local', metrics: { words: 0 } });
  expect(await enriched(event({ messages: [{ text: ' \n', customer: true }] }))).toMatchObject({
    source: 'local',
  });
  expect(calls()).toBe(before);
  const late = async () => ({ messages: [{ text: 'words that came later', customer: true }] });
  expect(await enriched(first, NOTHING_SET, late)).toMatchObject({ source: 'local' });
});

test('an event from the future has no more time than others', async () => {
  step = begin({ deadlineMs: 300 });
  server.behave({ fault: 'hang' });
  const made = await enriched(event({ acceptedAt: Date.now() + 3_600_000 }));
  expect(made).toMatchObject({ fallback_reason: 'deadline' });
});

test('a key that cannot be opened costs nobody anything', async () => {
  const before = calls();
  expect(await enriched(event(), { ...NOTHING_SET, keyUnusable: true })).toMatchObject({
    source: 'fallback',
    fallback_reason: 'credentials',
  });
  expect(calls()).toBe(before);
});

test("a tenant's own limit goes before the platform's, and those it has no word on stay", async () => {
  step = begin({ limits: { tokensPerDay: 0, microUsdPerMonth: 1_000_000 } });
  expect(await enriched(event({ tenantId: 'limits-1' }))).toMatchObject({ fallback_reason: 'budget' });
  const generous = { ...NOTHING_SET, limits: { tokensPerDay: 100_000 } };
  expect(await enriched(event({ tenantId: 'limits-1' }), generous)).toMatchObject({ source: 'model' });
  step = begin({ limits: { microUsdPerMonth: 0 } });
  expect(await enriched(event({ tenantId: 'limits-2' }), generous)).toMatchObject({
    fallback_reason: 'budget',
  });
});

test('what the platform has of the conversation is what the model is shown', async () => {
  const messages = [{ text: 'the whole conversation, first to last', customer: true }];
  const made = await enriched(event(), NOTHING_SET, async () => ({
    messages,
    details: { id: 'conv_1' },
  }));
  expect(made.conversation).toEqual({ id: 'conv_1' });
  expect(server.requests.at(-1)?.text).toContain('first to last');
});

test('without Postgres there is no enrichment, rather than one that is forgotten', async () => {
  const url = 'postgres://switchboard:switchboard@127.0.0.1:1/switchboard';
  const away = createDatabase({ url, schema: 'public', logger: quiet });
  step = begin({}, away);
  await expect(step.enrichment(event(), NOTHING_SET, 'k', NOT_FETCHED)).rejects.toMatchObject({
    name: 'PostgresUnavailableError',
  });
  await away.close();
});
