// Kafka and Postgres fail in turn: a healthy Kafka is enough, unless the spool holds older events.
import { randomBytes } from 'node:crypto';
import { topics } from '@switchboard/contracts';
import { ensureTopics, readAll, singleNode } from '@switchboard/kafka';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { ingest } from './ingest.ts';
import { sign } from './signature.ts';
import { type PostgresProxy, startPostgresProxy } from './test-postgres-proxy.ts';

const secret = 'the-platform-wide-secret-0';
let corner: Suite;
let proxy: PostgresProxy;
let service: RunningService;

beforeEach(async () => {
  // Kafka accepts nothing while the topic is missing.
  corner = await suite({ topics: false });
  proxy = await startPostgresProxy(new URL(corner.env.DATABASE_URL));
  service = await startOnFreePort(ingest, {
    ...corner.env,
    DATABASE_URL: proxy.url,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    WEBHOOK_SECRET: secret,
    DEFAULT_TENANT: 'acme',
    KAFKA_DEADLINE_MS: '500',
  });
});
afterEach(async () => {
  await service.stop();
  await proxy.close();
  await corner.end();
});

test('with an empty spool and Postgres away, Kafka is used again as soon as it is back', async () => {
  proxy.cut(true);
  expect(await post(1)).toBe(503);
  await ensureTopics(corner.kafka, [topics.events], singleNode);
  await eventually(async () => expect(await post(1)).toBe(200));
  expect(await post(2)).toBe(200);
  expect(await numbersOnTopic()).toEqual([1, 2]);
});

test('with an event in the spool and Postgres away, no event overtakes it, though Kafka is back', async () => {
  expect(await post(1)).toBe(200);
  expect(await corner.database.query('select id from spool')).toHaveLength(1);
  proxy.cut(true);
  await ensureTopics(corner.kafka, [topics.events], singleNode);
  expect(await post(2)).toBe(503);
  expect(await post(2)).toBe(503);
  proxy.cut(false);
  await eventually(async () => expect(await post(2)).toBe(200));
  await eventually(async () => expect(await numbersOnTopic()).toEqual([1, 2]));
});

async function post(number: number): Promise<number> {
  const body = JSON.stringify({ event: 'message.sent', data: { conversation_id: 'c', number } });
  const reply = await fetch(`${service.url}/webhooks/helpninja`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-helpninja-signature': sign(body, secret) },
    body,
  });
  await reply.arrayBuffer();
  return reply.status;
}

/** In the order of their first appearance; an event that was written twice counts once. */
async function numbersOnTopic(): Promise<number[]> {
  const records = await readAll(corner.kafka, topics.events);
  return [...new Set(records.map(({ value }) => JSON.parse(String(value)).data.number as number))];
}
