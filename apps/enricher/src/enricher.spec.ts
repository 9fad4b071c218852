// The whole enricher on a real broker, with an HTTP server in place of the platform.
import { deadLetterHeaders, encodeHeaders, enrichment, topics } from '@switchboard/contracts';
import { type InRecord, KafkaProducer, readAll } from '@switchboard/kafka';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type HttpStub, httpStub, type Suite, suite } from '@switchboard/testing';
import { enricher } from './enricher.ts';

let corner: Suite;
let stub: HttpStub;
let producer: KafkaProducer;
let service: RunningService;

beforeAll(async () => {
  corner = await suite();
  producer = new KafkaProducer(corner.kafka);
  stub = await httpStub(({ path }) =>
    path.endsWith('/slow')
      ? { delayMs: 1_500, body: { id: 'slow' } }
      : { body: { id: 'conv', message_count: 9 } },
  );
  service = await startOnFreePort(enricher, {
    ...corner.env,
    HELPNINJA_API_URL: `${stub.url}/v1/`,
    HELPNINJA_API_KEY: 'key',
  });
});

afterAll(async () => {
  await service.stop();
  await producer.close();
  await stub.close();
  await corner.end();
});

const record = (id: string, type: string, value: string, key = id) => ({
  topic: topics.events,
  key,
  value: Buffer.from(value),
  headers: encodeHeaders({
    id,
    type,
    source: '/webhooks/helpninja',
    tenantId: 'acme',
    time: '2026-02-03T10:00:00Z',
  }),
  timestamp: Date.UTC(2026, 1, 3, 10, 0, 1),
});
const idOf = ({ headers }: InRecord) => String(headers['ce_id']);

async function arrived(ids: readonly string[]): Promise<Map<string, InRecord>> {
  return eventually(async () => {
    const records = new Map((await readAll(corner.kafka, topics.enriched)).map((each) => [idOf(each), each]));
    expect([...records.keys()]).toEqual(expect.arrayContaining([...ids]));
    return records;
  });
}

test('keeps key, headers, timestamp, partition and every byte, and adds the enrichment at the end', async () => {
  const texts = new Map([
    [
      'plain',
      '{"event":"conversation.started","data":{"conversation_id":"c","initial_message":"I was charged twice!"}}',
    ],
    ['spaced', ' {\n "event" : "made.up",\n "n": 1.10, "big": 12345678901234567890, "data": {} \n}\n\n'],
    ['bare', '{}'],
  ]);
  await producer.sendMany([...texts].map(([id, text]) => record(id, 'made.up', text, 'same-key')));
  const out = await arrived([...texts.keys()]);
  const sent = new Map((await readAll(corner.kafka, topics.events)).map((each) => [idOf(each), each]));
  for (const [id, text] of texts) {
    const enriched = out.get(id) as InRecord;
    const value = enriched.value?.toString() ?? '';
    expect(unchangedParts(enriched)).toEqual(unchangedParts(sent.get(id) as InRecord));
    const brace = text.lastIndexOf('}');
    expect(value.startsWith(text.slice(0, brace))).toBe(true);
    expect(value.endsWith(text.slice(brace))).toBe(true);
    const { enrichment: added, ...event } = JSON.parse(value);
    expect(event).toEqual(JSON.parse(text));
    expect(enrichment.strict().safeParse(added).success).toBe(true);
  }
});

test('a value that is not a JSON object is a dead letter, unchanged; other events of the key continue', async () => {
  await producer.sendMany([
    record('bad-1', 'message.sent', 'not json', 'k'),
    record('bad-2', 'message.sent', '[1]', 'k'),
    record('good', 'message.sent', '{"data":{}}', 'k'),
  ]);
  await arrived(['good']);
  await eventually(async () => {
    const letters = await readAll(corner.kafka, topics.deadLetters);
    expect(
      letters.map((each) => [
        idOf(each),
        String(each.value),
        String(each.headers[deadLetterHeaders.errorCode]),
      ]),
    ).toEqual([
      ['bad-1', 'not json', 'EVENT_NOT_JSON'],
      ['bad-2', '[1]', 'EVENT_NOT_JSON'],
    ]);
  });
});

test('an event that waits for details delays its own key and no other', async () => {
  const ended = (id: string) => `{"event":"conversation.ended","data":{"conversation_id":"${id}"}}`;
  await producer.sendMany([
    record('slow-1', 'conversation.ended', ended('slow'), 'slow'),
    record('slow-2', 'message.sent', '{"data":{}}', 'slow'),
    record('quick', 'conversation.ended', ended('quick'), 'quick'),
  ]);
  await arrived(['slow-1', 'slow-2', 'quick']);
  const order = (await readAll(corner.kafka, topics.enriched))
    .filter(({ key }) => String(key) === 'slow')
    .map(idOf);
  expect(order).toEqual(['slow-1', 'slow-2']);
  const out = await arrived(['slow-1', 'quick']);
  const detailsOf = (id: string) => JSON.parse(String(out.get(id)?.value)).enrichment.conversation;
  expect(detailsOf('slow-1')).toEqual({ id: 'slow' });
  expect(detailsOf('quick')).toEqual({ id: 'conv', message_count: 9 });
  expect(stub.requests.map(({ path }) => path)).toContain('/v1/conversations/quick');
  const metrics = await fetch(`${service.url}/metrics`).then((reply) => reply.text());
  expect(metrics).toMatch(
    /helpninja_api_call_duration_seconds_count\{method="GET",endpoint="\/conversations\/\{id\}",status_code="200"\} 2/,
  );
  const health = (await fetch(`${service.url}/health`).then((reply) => reply.json())) as {
    integrations: object;
  };
  expect(health.integrations).toMatchObject({ helpninja_api: 'connected' });
});

/** The parts of a record that stay the same on every topic. */
function unchangedParts({ key, headers, timestamp, partition }: InRecord): Partial<InRecord> {
  return { key, headers, timestamp, partition };
}
