// While Kafka is away events are accepted, and arrive in order once it is back. Without Kafka and Postgres: 503.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { topics } from '@switchboard/contracts';
import { KafkaProducer, readAll } from '@switchboard/kafka';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import type { AcceptedEvent } from './accept.ts';
import { DurableLog } from './durable-log.ts';
import { ingest } from './ingest.ts';
import { sign } from './signature.ts';
import { Spool } from './spool.ts';

const NOBODY = '127.0.0.1:1';
const secret = 'the-platform-wide-secret-0';
let corner: Suite;
const running: RunningService[] = [];

async function start(env: Record<string, string>): Promise<RunningService> {
  const service = await startOnFreePort(ingest, {
    ...corner.env,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    WEBHOOK_SECRET: secret,
    DEFAULT_TENANT: 'acme',
    KAFKA_DEADLINE_MS: '300',
    ...env,
  });
  running.push(service);
  return service;
}

async function post(service: RunningService, conversation: string, number: number) {
  const body = JSON.stringify({ event: 'message.sent', data: { conversation_id: conversation, number } });
  const reply = await fetch(`${service.url}/webhooks/helpninja`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-helpninja-signature': sign(body, secret) },
    body,
  });
  await reply.arrayBuffer();
  return reply;
}

const spooled = (id: string): AcceptedEvent => ({
  id,
  type: 'message.sent',
  tenantId: 'acme',
  key: id,
  headers: { ce_id: id, ce_type: 'message.sent', ce_source: '/s', ce_tenantid: 'acme' },
  value: Buffer.from('{}'),
  acceptedAt: Date.now(),
  conforms: true,
});

beforeAll(async () => {
  corner = await suite();
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});
afterAll(() => corner.end());

test('without Kafka events are spooled; when it is back they arrive in order per key, and the spool is empty', async () => {
  const cut = await start({ KAFKA_BROKERS: NOBODY });
  expect((await fetch(`${cut.url}/health/ready`)).status).toBe(200);
  await Promise.all(
    ['a', 'b', 'c'].map(async (conversation) => {
      for (let number = 0; number < 20; number += 1)
        expect((await post(cut, conversation, number)).status).toBe(200);
    }),
  );
  expect(await corner.database.query('select id from spool')).toHaveLength(60);
  const whole = await start({});
  await eventually(async () => {
    expect(await corner.database.query('select id from spool')).toEqual([]);
    for (const conversation of ['a', 'b', 'c'])
      expect((await post(whole, conversation, 20)).status).toBe(200);
  });
  // The last ones may have gone to the spool too and arrive from there.
  await eventually(async () => {
    const records = await readAll(corner.kafka, topics.events);
    for (const conversation of ['a', 'b', 'c']) {
      const numbers = records
        .filter(({ key }) => key?.toString() === conversation)
        .map(({ value }) => JSON.parse(String(value)).data.number as number);
      expect([...new Set(numbers)]).toEqual(Array.from({ length: 21 }, (_, number) => number));
    }
  });
});

test('while another replica has spooled events, a replica that reaches Kafka spools its events after them', async () => {
  const whole = await start({});
  const release = await holdDrainLock();
  await corner.database.query(
    `insert into spool (ordering_key, headers, value, accepted_at)
     values ('d', '{"ce_id":"x","ce_type":"message.sent","ce_source":"/s","ce_tenantid":"acme"}', '{"event":"message.sent","data":{"number":-1}}', now())`,
  );
  await eventually(async () => {
    expect((await post(whole, 'd', 0)).status).toBe(200);
    expect(await corner.database.query(`select id from spool where ordering_key = 'd'`)).not.toHaveLength(1);
  });
  release();
  await eventually(async () => expect(await corner.database.query('select id from spool')).toEqual([]));
  const numbers = (await readAll(corner.kafka, topics.events))
    .filter(({ key }) => key?.toString() === 'd')
    .map(({ value }) => JSON.parse(String(value)).data.number as number);
  const after = numbers.slice(numbers.lastIndexOf(-1) + 1);
  expect(numbers).toContain(-1);
  expect(after).toContain(0);
});

test('a start does not wait until a full spool is empty', async () => {
  await corner.database.query(
    `insert into spool (ordering_key, headers, value, accepted_at)
     select 'k' || n, '{"ce_id":"x","ce_type":"message.sent","ce_source":"/s","ce_tenantid":"acme"}', '{}', now()
     from generate_series(1, 20000) as n`,
  );
  const producer = new KafkaProducer(corner.kafka);
  const log = new DurableLog(producer, new Spool(corner.database), corner.database, quiet);
  try {
    await log.start();
    expect(log.destination).toBe('spool');
    expect(await corner.database.query('select id from spool limit 1')).toHaveLength(1);
    await eventually(() => expect(log.destination).toBe('kafka'));
    expect(await corner.database.query('select id from spool limit 1')).toEqual([]);
  } finally {
    await log.stop();
    await producer.close();
  }
});

test('a stop does not wait for a hanging send from the spool: the event stays there', async () => {
  await corner.database.query(
    `insert into spool (ordering_key, headers, value, accepted_at)
     values ('s', '{"ce_id":"s","ce_type":"message.sent","ce_source":"/s","ce_tenantid":"acme"}', '{}', now())`,
  );
  const producer = new KafkaProducer({ ...corner.kafka, brokers: [NOBODY] }, { deadlineMs: 3_600_000 });
  const log = new DurableLog(producer, new Spool(corner.database), corner.database, quiet);
  await log.start();
  const lock = `select pg_try_advisory_xact_lock(hashtext('switchboard spool ' || current_schema())) as free`;
  await eventually(async () => expect(await corner.database.query(lock)).toEqual([{ free: false }]));
  await log.stop();
  await producer.close(0);
  await eventually(async () => expect(await corner.database.query(lock)).toEqual([{ free: true }]));
  expect(
    await corner.database.query(`delete from spool where ordering_key = 's' returning 1 as one`),
  ).toEqual([{ one: 1 }]);
});

test('without Kafka and Postgres the response is 503 with Retry-After, and the service is not ready', async () => {
  const service = await start({ KAFKA_BROKERS: NOBODY, DATABASE_URL: `postgres://nobody@${NOBODY}/none` });
  const reply = await post(service, 'e', 0);
  expect(reply.status).toBe(503);
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
});

test('an event that Postgres refuses fails alone', async () => {
  const spool = new Spool(corner.database);
  const added = await Promise.allSettled(
    ['good', 'half a pair \ud800', 'fine'].map((id) => spool.add(spooled(id))),
  );
  expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const kept = await corner.database.query('delete from spool returning ordering_key as key');
  expect(kept).toEqual([{ key: 'good' }, { key: 'fine' }]);
});

test('events are read from the spool by bytes, in order; an event larger than a batch is read alone', async () => {
  const spool = new Spool(corner.database);
  for (const [index, size] of [300, 300, 5_000, 300].entries())
    await spool.add({ ...spooled(`e${index}`), value: Buffer.alloc(size * 1024) });
  const batches: string[][] = [];
  for (;;) {
    const events = await spool.oldest(corner.database, 1024 * 1024);
    if (events.length === 0) break;
    batches.push(events.map(({ key }) => key));
    await spool.remove(corner.database, events);
  }
  expect(batches).toEqual([['e0', 'e1'], ['e2'], ['e3']]);
});

test('an event that Kafka refuses is set aside: later events arrive, and it is tried again later', async () => {
  const spool = new Spool(corner.database);
  // Kafka refuses it, as if the limit was lowered while the event waited.
  await spool.add({ ...spooled('too-large'), value: Buffer.alloc(2 * 1024 * 1024, 'a') });
  for (const key of ['f1', 'f2', 'f3']) await spool.add(spooled(key));
  const service = await start({});
  const rows = () =>
    corner.database.query<{ key: string; refusal: string | null }>(
      'select ordering_key as key, refusal from spool order by id',
    );
  await eventually(async () =>
    expect(await rows()).toEqual([{ key: 'too-large', refusal: expect.stringContaining('bytes') }]),
  );
  const keys = async () =>
    (await readAll(corner.kafka, topics.events))
      .map(({ key }) => String(key))
      .filter((key) => /^f\d/.test(key));
  expect(await keys()).toEqual(expect.arrayContaining(['f1', 'f2', 'f3']));
  expect((await post(service, 'after', 0)).status).toBe(200);
  expect(await (await fetch(`${service.url}/health/ready`)).text()).toContain('"events_go_to":"kafka"');
  // Made smaller, as if the limit was raised: it arrives by itself.
  await corner.database.query(
    `update spool set value = '{"event":"message.sent","data":{"number":1}}', refused_until = now() - interval '1 second'`,
  );
  await eventually(async () => expect(await rows()).toEqual([]));
});

/** Another replica that holds the drain lock; returns a function that releases it. */
async function holdDrainLock(): Promise<() => void> {
  const release = new AbortController();
  await new Promise<void>((locked) => {
    void corner.database.session(async (session) => {
      await session.query(`select pg_advisory_lock(hashtext('switchboard spool ' || current_schema()))`);
      locked();
      await once(release.signal, 'abort');
    });
  });
  return () => release.abort();
}
