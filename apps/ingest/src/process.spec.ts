// A process of ingest survives a start without Postgres, and statements that Postgres refuses.
import { randomBytes } from 'node:crypto';
import { topics } from '@switchboard/contracts';
import { readAll } from '@switchboard/kafka';
import { encryptionKeys, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { type IngestProcess, postSigned, startIngestProcess } from './test-process.ts';
import { type PostgresProxy, startPostgresProxy } from './test-postgres-proxy.ts';

const key = randomBytes(32).toString('hex');
const wide = 'the-platform-wide-secret-0';
const ofAcme = 'the-secret-of-acme-0000000';
const running: IngestProcess[] = [];
let corner: Suite;
let proxy: PostgresProxy;

beforeEach(async () => {
  corner = await suite();
  proxy = await startPostgresProxy(new URL(corner.env.DATABASE_URL));
  const sealed = new SecretBox(encryptionKeys(key)).seal(ofAcme, webhookSecretPlace('acme', 'acme-1'));
  await corner.database.query(
    `insert into webhook_secrets (id, tenant_id, sealed) values ('acme-1', 'acme', $1)`,
    [sealed],
  );
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await proxy.close();
  await corner.end();
});

async function start(env: Record<string, string> = {}): Promise<IngestProcess> {
  const one = await startIngestProcess({
    ...corner.env,
    DATABASE_URL: proxy.url,
    ENCRYPTION_KEY: key,
    WEBHOOK_SECRET: wide,
    ...env,
  });
  running.push(one);
  return one;
}

const event = (number: number) => ({
  event: 'message.sent',
  tenant_id: 'acme',
  data: { conversation_id: 'c', number },
});

const ready = async ({ url }: IngestProcess) => {
  const reply = await fetch(`${url}/health/ready`);
  return { status: reply.status, text: await reply.text() };
};

async function numbersOnTopic(): Promise<number[]> {
  const records = await readAll(corner.kafka, topics.events);
  return [...new Set(records.map(({ value }) => JSON.parse(String(value)).data.number as number))];
}

test('a start without Postgres: platform-wide secrets work, tenants get 503', async () => {
  proxy.cut(true);
  const ingest = await start();
  expect(await postSigned(ingest.url, wide, event(1))).toBe(200);
  expect(await postSigned(ingest.url, ofAcme, event(2))).toBe(503);
  expect(await numbersOnTopic()).toEqual([1]);
  expect(await ready(ingest)).toMatchObject({
    status: 200,
    text: expect.stringContaining('"tenant_secrets":"unread"'),
  });
  proxy.cut(false);
  await eventually(async () => expect(await postSigned(ingest.url, ofAcme, event(2))).toBe(200));
  await eventually(async () => expect((await ready(ingest)).text).toContain('"tenant_secrets":"current"'));
});

test('a start without Postgres and without platform-wide secrets is not ready: nothing could be accepted', async () => {
  proxy.cut(true);
  const ingest = await start({ WEBHOOK_SECRET: '' });
  expect(await ready(ingest)).toMatchObject({ status: 503, text: expect.stringContaining('secrets') });
  proxy.cut(false);
  await eventually(async () => expect((await ready(ingest)).status).toBe(200));
});

test.each(['spool', 'webhook_secrets', 'webhook_minute'])(
  'while Postgres refuses statements on %s the process lives, and what works goes on',
  async (table) => {
    const ingest = await start();
    expect(await postSigned(ingest.url, ofAcme, event(1))).toBe(200);
    await corner.database.query(`alter table ${table} rename to set_aside`);
    await eventually(() =>
      expect(ingest.ended ?? ingest.lines.map(({ level }) => level).join()).toContain('error'),
    );
    expect(ingest.ended).toBeUndefined();
    expect(await postSigned(ingest.url, ofAcme, event(2))).toBe(200);
    await corner.database.query(`alter table set_aside rename to ${table}`);
    await eventually(async () => expect((await ready(ingest)).status).toBe(200));
    expect(ingest.ended).toBeUndefined();
  },
);
