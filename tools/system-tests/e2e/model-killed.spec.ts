// A model that says something else at every call, and processes that are killed between its answer and its use: each event
// has one enrichment, the first that was stored, on every topic it is routed to.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conversationEscalated, decodeHeaders, encodeHeaders, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { childEnv } from '../../processes/child-env.mjs';
import { countOn, recordsOn } from '../rig/readings.ts';
import { type ModelServer, startModelServer } from '../../stand-ins/model.ts';
import { root } from '../../root.mjs';
import { type ServiceProcess, startProcess } from '../../processes/service-process.ts';

const KILLS = 3;
const PART = 500;
const EVENTS = KILLS * PART;
const crashes: string[] = [];
let guard: Guard;
let corner: Suite;
let model: ModelServer;
let start: (name: 'enricher' | 'router') => Promise<ServiceProcess>;

beforeAll(async () => {
  guard = startGuard();
  const logs = mkdtempSync(join(tmpdir(), 'switchboard-model-'));
  guard.remove(logs);
  corner = await suite();
  model = await startModelServer(guard, { delayMs: 20 });
  start = async (name) => {
    const [port = 0] = await freePorts(1);
    return startProcess({
      name,
      dist: join(root, 'dist'),
      env: {
        ...childEnv(),
        ...corner.env,
        OPENAI_API_KEY: `sk-${randomBytes(8).toString('hex')}`,
        OPENAI_BASE_URL: `${model.url}/v1`,
        MODEL_DEADLINE_MS: '120000',
        MODEL_TIMEOUT_MS: '60000',
        MODEL_CONCURRENCY: '400',
      },
      port,
      ready: '/health/ready',
      logFile: join(logs, `${name}.log`),
      guard,
      onCrash: (what) => crashes.push(what),
    });
  };
});
afterAll(async () => {
  await model.stop();
  await corner.end();
  await guard.endAll();
});

test('three SIGKILLs of enricher and router each: every event is routed with the first answer that was stored', async () => {
  const producer = new KafkaProducer(corner.kafka);
  let router = await start('router');
  let enricher = await start('enricher');
  // A part of them before each kill, which meets most of it undone. An event has two minutes for the model's answer, and
  // a busy machine takes longer than that for all of them.
  for (let kill = 0; kill < KILLS; kill += 1) {
    await producer.sendMany(Array.from({ length: PART }, (_, number) => event(kill * PART + number)));
    await reached(topics.enriched, (kill + 0.2) * PART);
    await Promise.all([enricher.end('SIGKILL'), router.end('SIGKILL')]);
    [enricher, router] = await Promise.all([start('enricher'), start('router')]);
  }
  await producer.close();
  const routed = await eventually(
    async () => {
      const found = await valuesOn(topics.escalations);
      expect(found.size).toBe(EVENTS);
      return found;
    },
    { deadlineMs: 120_000, everyMs: 250 },
  );
  expect(await enricher.end('SIGTERM')).toBe(0);
  expect(await router.end('SIGTERM')).toBe(0);

  const enriched = await valuesOn(topics.enriched);
  const stored = await corner.database.query<{ id: string; enrichment: Buffer }>(
    'select event_id as id, enrichment from model_answer',
  );
  expect(stored).toHaveLength(EVENTS);
  for (const { id, enrichment } of stored) {
    const all = [...(enriched.get(id) ?? []), ...(routed.get(id) ?? [])];
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toContain(enrichment.toString());
    const { source, fallback_reason } = JSON.parse(enrichment.toString());
    expect({ source, fallback_reason }).toEqual({ source: 'model', fallback_reason: undefined });
  }
  // It was asked again for some, and answered otherwise: what was used is what was stored first.
  expect((await model.billed()).calls).toBeGreaterThan(EVENTS);
  expect(await countOn(corner, topics.enriched)).toBeGreaterThanOrEqual(EVENTS);
  expect(crashes).toEqual([]);
}, 300_000);

const reached = (topic: typeof topics.enriched, count: number) =>
  eventually(async () => expect(await countOn(corner, topic)).toBeGreaterThanOrEqual(count), {
    deadlineMs: 120_000,
    everyMs: 20,
  });

/** The values of each event on a topic, repeats included. */
async function valuesOn(topic: typeof topics.enriched): Promise<Map<string, string[]>> {
  const values = new Map<string, string[]>();
  for (const record of await recordsOn(corner, topic)) {
    const id = String(decodeHeaders(record.headers)?.id);
    values.set(id, [...(values.get(id) ?? []), String(record.value)]);
  }
  return values;
}

function event(number: number) {
  const { type } = conversationEscalated;
  const data = { conversation_id: `conv_${number}`, customer_message: `my case ${number} is still open` };
  const time = new Date().toISOString();
  return {
    topic: topics.events,
    key: `conv_${number}`,
    headers: encodeHeaders({
      id: `evt_${number}`,
      type,
      source: '/webhooks/helpninja',
      tenantId: 'acme',
      time,
    }),
    value: Buffer.from(JSON.stringify({ event: type, data })),
    timestamp: Date.now(),
  };
}
