// Servers that are killed and come back in their place: what they had acknowledged is still there.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import {
  checkBroker,
  ensureTopics,
  KafkaProducer,
  readAll,
  singleNode,
  threeCopies,
  topicEnds,
} from '@switchboard/kafka';
import { createDatabase } from '@switchboard/postgres';
import { eventually, quiet } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { startCluster } from '../rig/kafka-cluster.ts';
import { startPostgresServer } from '../rig/postgres-server.ts';

let guard: Guard;
let folder: string;

beforeAll(() => {
  guard = startGuard();
  folder = mkdtempSync(join(tmpdir(), 'switchboard-servers-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
});
afterAll(() => guard.endAll());

test('three brokers: writing goes on when one is killed, which comes back in sync', async () => {
  const cluster = await startCluster({ guard, folder, nodes: 3, heapMb: 256 });
  const settings = {
    brokers: cluster.brokers.split(','),
    clientId: 'spec',
    topicPrefix: 'spec.',
    logger: quiet,
  };
  await ensureTopics(settings, [topics.events], threeCopies);
  // Somebody else's, kept on one broker each: some of it has no leader as long as one is away.
  const others = { ...topics.events, name: 'others' };
  await ensureTopics(settings, [others], singleNode);
  const producer = new KafkaProducer(settings, { deadlineMs: 30_000 });
  const put = (key: string) =>
    producer.send({ topic: topics.events, key, value: Buffer.from(key), headers: {} });
  await put('before');
  await cluster.inSync();

  // The one that clients ask first.
  const [first] = cluster.nodes;
  await first?.kill();
  expect(first?.running).toBe(false);
  // Setup runs before each release, also while a broker is away: it must not take that for the cluster's size.
  expect(await ensureTopics(settings, [topics.events], threeCopies)).toMatchObject({
    created: [],
    updated: [],
    kept: [`spec.${topics.events.name}`],
  });
  await eventually(() => expect(topicEnds(settings, others)).rejects.toThrow('There is no leader'));
  await checkBroker(settings);
  const missing = ensureTopics(settings, [topics.events, topics.leads], threeCopies);
  await expect(missing).rejects.toThrow('3 copies need as many brokers, but there are 2');
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(put));
  await expect(cluster.inSync(0)).rejects.toThrow('in sync');
  await first?.start();
  await cluster.inSync();
  await producer.close();
  const values = new Set((await readAll(settings, topics.events)).map(({ value }) => String(value)));
  expect([...values].sort()).toEqual(['a', 'b', 'before', 'c', 'd', 'e', 'f']);
});

test('Postgres: killed in the middle of work, it comes back with what it had committed', async () => {
  const server = await startPostgresServer({ guard, folder });
  const database = createDatabase({ url: server.url, schema: 'public', logger: quiet });
  await database.query('create table kept (id int)');
  await database.query('insert into kept values (1)');
  const sleeping = database.query('select pg_sleep(60)').catch((error: unknown) => error);
  await eventually(async () => {
    const [row] = await database.query<{ busy: number }>(
      `select count(*)::int as busy from pg_stat_activity where wait_event = 'PgSleep'`,
    );
    expect(row?.busy).toBe(1);
  });
  await server.kill();
  expect(await sleeping).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await expect(database.ping()).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await server.start();
  expect(await database.query('select id from kept')).toEqual([{ id: 1 }]);

  await server.stop();
  await expect(database.ping()).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await server.start();
  expect(await database.query('select id from kept')).toEqual([{ id: 1 }]);
  await database.close();
});

test('Postgres: writes are refused while it is read-only, and statements while they are cancelled', async () => {
  const server = await startPostgresServer({ guard, folder: join(folder, 'refusing') });
  const database = createDatabase({ url: server.url, schema: 'public', logger: quiet });
  await database.query('create table kept (id int)');
  await server.readOnly(true);
  await eventually(() =>
    expect(database.query('insert into kept values (1)')).rejects.toMatchObject({
      code: 'POSTGRES_UNAVAILABLE',
      sqlState: '25006',
    }),
  );
  await database.query('select id from kept');
  await server.readOnly(false);
  await eventually(() => database.query('insert into kept values (2)'));

  const sleeping = database.query('select pg_sleep(60)').catch((error: unknown) => error);
  await eventually(async () => expect(await server.cancelStatements(200)).toBeGreaterThan(0));
  expect(await sleeping).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', sqlState: '57014' });
  await database.close();
});
