// A model that refuses every request shows in health and metrics, while events continue.
import { deadLetterHeaders, encodeHeaders, leadQualified, topics } from '@switchboard/contracts';
import { type InRecord, KafkaProducer, readAll } from '@switchboard/kafka';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { enricher } from './enricher.ts';
import { type TestModelServer, testModelServer } from './model/test-model-server.ts';

let corner: Suite;
let model: TestModelServer;
let producer: KafkaProducer;
let service: RunningService;
let numbers = 0;

beforeAll(async () => {
  corner = await suite();
  model = await testModelServer();
  producer = new KafkaProducer(corner.kafka);
  service = await startOnFreePort(enricher, {
    ...corner.env,
    OPENAI_API_KEY: 'sk-platform',
    OPENAI_BASE_URL: model.url,
  });
});
afterAll(async () => {
  await service.stop();
  await producer.close();
  await model.close();
  await corner.end();
});

async function send(id = `e${(numbers += 1)}`, key = id): Promise<string> {
  const data = { conversation_id: id, message: `I would like to buy, case ${id}` };
  await producer.send({
    topic: topics.events,
    key,
    value: Buffer.from(JSON.stringify({ event: leadQualified.type, data })),
    headers: encodeHeaders({ id, type: leadQualified.type, source: '/webhooks/helpninja', tenantId: 'acme' }),
    timestamp: Date.now(),
  });
  return id;
}
const idOf = ({ headers }: InRecord) => String(headers['ce_id']);
const enrichmentOf = async (id: string) => {
  const all = await readAll(corner.kafka, topics.enriched);
  const one = all.find((record) => idOf(record) === id);
  expect(one).toBeDefined();
  return JSON.parse(String(one?.value)).enrichment as object;
};
const health = async () => (await fetch(`${service.url}/health`)).json();
const metrics = async () => (await fetch(`${service.url}/metrics`)).text();

test('a missing model shows in health and metrics after one event, until it answers', async () => {
  expect(await health()).toMatchObject({ details: { model: 'connected' } });
  model.behave({ status: 404, error: { type: 'invalid_request_error', code: 'model_not_found' } });
  const first = await send();
  await eventually(async () =>
    expect(await enrichmentOf(first)).toMatchObject({ source: 'fallback', fallback_reason: 'refused' }),
  );
  expect(await health()).toMatchObject({ status: 'degraded', details: { model: 'refused' } });
  expect(await metrics()).toContain('switchboard_model_keys_held{reason="refused"} 1');
  model.behave();
  await eventually(
    async () => {
      await send();
      expect(await health()).toMatchObject({ status: 'healthy', details: { model: 'connected' } });
    },
    { deadlineMs: 60_000, everyMs: 500 },
  );
  expect(await metrics()).not.toMatch(/switchboard_model_keys_held\{reason="refused"\} [1-9]/);
  const last = await send();
  await eventually(async () => expect(await enrichmentOf(last)).toMatchObject({ source: 'model' }));
});

test('an event whose id cannot be stored is a dead letter, and other events of its key continue', async () => {
  const bad = await send('an id with a \0', 'key');
  const good = await send('the next one', 'key');
  await eventually(async () => expect(await enrichmentOf(good)).toMatchObject({ source: 'model' }));
  const letters = await readAll(corner.kafka, topics.deadLetters);
  expect(letters.map((one) => [idOf(one), String(one.headers[deadLetterHeaders.errorCode])])).toEqual([
    [bad, 'EVENT_NOT_STORABLE'],
  ]);
});
