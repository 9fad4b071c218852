// A thousand pieces of personal data go through an enricher that asks a model: none is in what the model is shown, in a log
// line, in a metric or in a header of a dead letter.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personalMarkers } from '@switchboard/analysis/test-personal-data';
import { conversationEscalated, encodeHeaders, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { eventually, type HttpStub, httpStub, type Suite, suite } from '@switchboard/testing';
import { type Guard, startGuard } from '../dev/guard.mjs';
import { freePorts } from '../dev/infra/ports.mjs';
import { childEnv } from '../dev/services.mjs';
import { countOn, recordsOn } from '../rig/oracle.ts';
import { root } from '../rig/root.mjs';
import { readLog, type ServiceProcess, startProcess } from '../rig/service-process.ts';

const MARKERS = personalMarkers(1_000, 7);
/** Every tenth event cannot be read, and is a dead letter. */
const BROKEN = 10;
let guard: Guard;
let corner: Suite;
let model: HttpStub;
let enricher: ServiceProcess;
let logFile: string;

beforeAll(async () => {
  guard = startGuard();
  const logs = mkdtempSync(join(tmpdir(), 'switchboard-personal-'));
  guard.remove(logs);
  logFile = join(logs, 'enricher.log');
  corner = await suite();
  // What a server says of a fault may quote what it was sent.
  model = await httpStub(({ text }, index) =>
    index % 3 === 0
      ? { status: 400, body: { error: { message: text, type: 'invalid_request_error' } } }
      : { body: text },
  );
  const [port = 0] = await freePorts(1);
  enricher = await startProcess({
    name: 'enricher',
    dist: join(root, 'dist'),
    env: {
      ...childEnv(),
      ...corner.env,
      LOG_LEVEL: 'debug',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${model.url}/v1`,
      MODEL_DEADLINE_MS: '120000',
      MODEL_CONCURRENCY: '400',
    },
    port,
    ready: '/health/ready',
    logFile,
    guard,
    onCrash: (what) => {
      throw new Error(what);
    },
  });
});
afterAll(async () => {
  await enricher.end('SIGTERM');
  await model.close();
  await corner.end();
  await guard.endAll();
});

test('none is found where it does not belong', async () => {
  const producer = new KafkaProducer(corner.kafka);
  await producer.sendMany(MARKERS.map(({ text }, number) => event(number, text)));
  await producer.close();
  const broken = MARKERS.length / BROKEN;
  await eventually(
    async () => {
      expect(await countOn(corner, topics.enriched)).toBe(MARKERS.length - broken);
      expect(await countOn(corner, topics.deadLetters)).toBe(broken);
    },
    { deadlineMs: 90_000, everyMs: 200 },
  );
  expect(model.requests.length).toBeGreaterThanOrEqual(MARKERS.length - broken);
  const letters = await recordsOn(corner, topics.deadLetters);
  const places = {
    'what the model is shown': model.requests.map(({ text }) => text).join('\n'),
    logs: readLog(logFile),
    metrics: await (await fetch(`${enricher.url}/metrics`)).text(),
    'headers of dead letters': letters.map(({ headers }) => JSON.stringify(headers)).join('\n'),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    MARKERS.filter(({ secret }) => text.includes(secret)).map(({ kind }) => `${kind} in ${place}`),
  );
  expect(found).toEqual([]);
  for (const text of Object.values(places)) expect(text).not.toBe('');
}, 180_000);

function event(number: number, sentence: string) {
  const { type } = conversationEscalated;
  const data = { conversation_id: `conv_${number}`, customer_message: sentence };
  const text = JSON.stringify({ event: type, data });
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
    value: Buffer.from(number % BROKEN === 0 ? text.slice(0, -1) : text),
    timestamp: Date.now(),
  };
}
