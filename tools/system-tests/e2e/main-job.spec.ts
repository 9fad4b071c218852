// The main job, end to end: what was accepted has exactly the effects its type asks for, what was refused left no trace.
import { allTopics, topics } from '@switchboard/contracts';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { type Answer, makePosts, postAll } from '../../load/posts.ts';
import { acceptedOf, deliveries, effects, idsOn, received, wantedOn } from '../rig/readings.ts';
import { startSystem, type System } from '../rig/system.ts';

const EVENTS = 2_000;
let corner: Suite;
let system: System;
let answers: Answer[];

beforeAll(async () => {
  corner = await suite();
  system = await startSystem(corner);
  answers = await postAll(system.ingest, makePosts(EVENTS, system.tenant, system.secret));
  const leads = wantedOn(acceptedOf(answers), topics.leads);
  const escalations = wantedOn(acceptedOf(answers), topics.escalations);
  await eventually(
    async () => {
      expect((await deliveries(corner)).filter(({ state }) => state === 'delivered')).toHaveLength(
        leads.size + escalations.size,
      );
      expect(await counted()).toBe(acceptedOf(answers).size);
    },
    { deadlineMs: 30_000, everyMs: 200 },
  );
});
afterAll(async () => {
  await system.stop();
  await corner.end();
});

const counted = async (): Promise<number> => {
  const [row] = await corner.database.query<{ n: number }>(
    'select coalesce(sum(events), 0)::int as n from event_count',
  );
  return row?.n ?? 0;
};
const statusesOf = (kind: string) =>
  new Set(answers.filter(({ post }) => post.kind === kind).map(({ status }) => status));

test('good events and their repeats are accepted, the others get their 4xx', () => {
  expect(answers).toHaveLength(EVENTS);
  expect(statusesOf('good')).toEqual(new Set([200]));
  expect(statusesOf('repeat')).toEqual(new Set([200]));
  expect(statusesOf('bad_signature')).toEqual(new Set([401]));
  expect(statusesOf('malformed')).toEqual(new Set([400]));
  expect(answers.filter(({ post }) => post.kind === 'repeat').length).toBeGreaterThan(EVENTS * 0.08);
});

test('each topic holds exactly the events its rule asks for', async () => {
  const accepted = acceptedOf(answers);
  for (const topic of [
    topics.events,
    topics.enriched,
    topics.conversations,
    topics.leads,
    topics.escalations,
  ]) {
    const wanted = wantedOn(accepted, topic);
    expect(wanted.size).toBeGreaterThan(0);
    expect(await idsOn(corner, topic)).toEqual(wanted);
  }
  expect(await idsOn(corner, topics.deadLetters)).toEqual(new Set());
});

test('what was refused left no trace', async () => {
  const refused = answers
    .filter(({ post }) => post.kind === 'bad_signature' || post.kind === 'malformed')
    .map(({ post }) => post.id);
  expect(refused.length).toBeGreaterThan(20);
  for (const topic of allTopics) {
    const ids = await idsOn(corner, topic);
    expect(refused.filter((id) => ids.has(id))).toEqual([]);
  }
});

test('the ledger has one row per event that an integration wants, all delivered', async () => {
  const rows = await deliveries(corner);
  for (const [sink, topic] of [
    ['hubspot', topics.leads],
    ['slack', topics.escalations],
  ] as const) {
    const ids = rows.filter((row) => row.sink === sink).map(({ event_id }) => event_id);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(new Set(ids)).toEqual(wantedOn(acceptedOf(answers), topic));
  }
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['delivered']));
});

test('each lead is one contact and one note in the CRM, each escalation one message in Slack', async () => {
  const accepted = acceptedOf(answers);
  const crm = await received(system, 'hubspot');
  const leads = [...accepted.values()].filter(({ type }) => type === 'lead.qualified');
  const emails = crm
    .filter(({ path }) => path.includes('/contacts/batch/upsert'))
    .map(({ body }) => (body as { inputs: { id: string }[] }).inputs[0]?.id);
  expect(new Set(emails)).toEqual(new Set(leads.map(({ number }) => `lead${number}@example.com`)));
  for (const path of ['/contacts/batch/upsert', '/objects/notes']) {
    const counts = effects(crm, path);
    expect(counts.size).toBe(leads.length);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  }
  const messages = effects(await received(system, 'slack'), '/services/');
  expect(messages.size).toBe(wantedOn(accepted, topics.escalations).size);
  expect([...messages.values()].every((count) => count === 1)).toBe(true);
});

test('conversation details are asked for only where they are needed', async () => {
  const asked = (await received(system, 'helpninja')).filter(({ path }) =>
    path.includes('/conversations/conv_'),
  );
  const wanted = [...acceptedOf(answers).values()].filter(({ type }) =>
    ['conversation.escalated', 'conversation.ended', 'lead.qualified'].includes(type),
  );
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked.map(({ path }) => path.split('/').at(-1)))).toEqual(
    new Set(wanted.map(({ conversation }) => conversation)),
  );
});

test('distinct events are counted per tenant and type, repeats once', async () => {
  const reply = (await (await fetch(`${system.metrics}/v1/totals?tenant=${system.tenant}`)).json()) as object;
  expect(JSON.stringify(reply)).toContain('lead.qualified');
  expect(await counted()).toBe(acceptedOf(answers).size);
});

test('every service tells of itself', async () => {
  for (const name of ['ingest', 'enricher', 'router', 'metrics', 'sinks'] as const) {
    const metrics = await (await fetch(`${system.urlOf(name)}/metrics`)).text();
    for (const family of [
      'helpninja_webhooks_total',
      'helpninja_processing_duration_seconds',
      'helpninja_api_call_duration_seconds',
      'switchboard_consumer_lag_records',
    ]) {
      expect(metrics).toContain(`# TYPE ${family}`);
    }
    const health = (await (await fetch(`${system.urlOf(name)}/health`)).json()) as { status: string };
    expect(health.status).toBe('healthy');
  }
});

test('nothing at info or above is said per event, and no secret or personal data', () => {
  for (const name of ['ingest', 'enricher', 'router', 'metrics', 'sinks'] as const) {
    const log = system.log(name);
    expect(log.split('\n').length).toBeLessThan(100);
    expect(log).not.toMatch(/lead\d+@example\.com|mari\.tamm|charged twice/);
    expect(log).not.toContain(system.secret);
  }
});
