// A thousand pieces of personal data go through an enricher that asks a model: none is in what the model is shown, in a log
// line, in a metric or in a header of a dead letter.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personalMarkers } from '@switchboard/analysis/test-personal-data';
import { conversationEscalated, encodeHeaders, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { eventually, type HttpStub, httpStub, type Suite, suite } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { childEnv } from '../../processes/child-env.mjs';
import { countOn, recordsOn } from '../rig/readings.ts';
import { root } from '../../root.mjs';
import { readLog, type ServiceProcess, startProcess } from '../../processes/service-process.ts';

const MARKERS = personalMarkers(1_000, 7);
/** Every tenth event cannot be read, and is a dead letter. */
const BROKEN = 10;
const PORTION = 100;
/** So many answers in a row hold one refusal and one that quotes the question. */
const ODD = 10;
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
  // What a server says of a fault may quote what it was sent, and an answer may too. Most are of use, or nobody would be asked.
  model = await httpStub(({ text }, index) => {
    if (index % ODD === 0)
      return { status: 400, body: { error: { message: text, type: 'invalid_request_error' } } };
    return index % ODD === 1 ? { body: text } : { body: answering(text) };
  });
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
      // Nobody is late, and nobody too many, on a machine that has much else to do.
      MODEL_DEADLINE_MS: '120000',
      MODEL_TIMEOUT_MS: '60000',
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
  // A portion at a time: no event waits so long that its time for the model is over.
  for (let sent = 0; sent < MARKERS.length; sent += PORTION) {
    const portion = MARKERS.slice(sent, sent + PORTION);
    await producer.sendMany(portion.map(({ text }, number) => event(sent + number, text)));
    const broken = (sent + portion.length) / BROKEN;
    await eventually(
      async () => {
        expect(await countOn(corner, topics.enriched)).toBe(sent + portion.length - broken);
        expect(await countOn(corner, topics.deadLetters)).toBe(broken);
      },
      { deadlineMs: 100_000, everyMs: 200 },
    );
  }
  await producer.close();
  const broken = MARKERS.length / BROKEN;
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
}, 600_000);

/** A usable answer, with all that it was asked beside it. */
function answering(question: string) {
  const answer = {
    ...{ intent: null, goals: [], questions: [], pain_points: [], product_interests: [], buying_signals: [] },
    ...{ competitive_mentions: [], urgency_indicators: [], categories: ['billing'], sentiment: 'negative' },
    ...{ sentiment_score: -0.5, urgency: 'low', complexity: 'low' },
  };
  const message = { content: JSON.stringify(answer), reasoning_content: question };
  return { model: 'm', choices: [{ finish_reason: 'stop', message }] };
}

/** Letters that no other number has: what is the same when it is masked is asked about once. */
function nameOf(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

function event(number: number, sentence: string) {
  const { type } = conversationEscalated;
  const data = { conversation_id: `conv_${number}`, customer_message: `${sentence} ${nameOf(number)}` };
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
