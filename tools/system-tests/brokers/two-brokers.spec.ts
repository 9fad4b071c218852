// Two brokers of which one answers late or refuses: what belongs to the other must not suffer from it.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeHeaders, leadQualified, type Topic, topics } from '@switchboard/contracts';
import {
  type ConsumerObserver,
  committedOffsets,
  done,
  ensureTopics,
  type InRecord,
  KafkaConsumer,
  KafkaProducer,
  type KafkaSettings,
  readAll,
  singleNode,
} from '@switchboard/kafka';
import {
  FETCH,
  fromUnknownMember,
  JOIN_GROUP,
  type KafkaProxy,
  notLeader,
  PRODUCE,
  startKafkaProxy,
  storageError,
  unknownCodec,
} from '@switchboard/kafka/spec-kit';
import { eventually, quiet } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { startCluster } from '../rig/kafka-cluster.ts';

let guard: Guard;
let settings: KafkaSettings;
let producer: KafkaProducer;
const proxies: KafkaProxy[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-two-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const advertise = async (port: number): Promise<number> => {
    const proxy = await startKafkaProxy(port, 'spec');
    proxies.push(proxy);
    return proxy.port;
  };
  const { brokers } = await startCluster({ guard, folder, nodes: 2, heapMb: 256, advertise });
  settings = { brokers: brokers.split(','), clientId: 'spec', topicPrefix: 'spec.', logger: quiet };
  producer = new KafkaProducer(settings, { deadlineMs: 60_000 });
  ends.push(() => producer.close());
});
afterAll(async () => {
  for (const end of ends) await end();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await guard.endAll();
});

/** A topic of two partitions, each led by another broker. */
async function twoLeaders(name: string): Promise<Topic> {
  const topic = { ...topics.events, name, partitions: 2 };
  await ensureTopics(settings, [topic], singleNode);
  return topic;
}

/** Writes records "partition/number". */
function put(topic: Topic, partition: number, from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, index) => {
    const value = `${partition}/${from + index}`;
    const headers = { id: value, type: leadQualified.type, source: '/s', tenantId: 't' };
    return { topic, partition, key: value, value: Buffer.from(value), headers: encodeHeaders(headers) };
  });
  return producer.sendMany(records);
}

test('a broker that does not acknowledge holds up its own partitions alone', async () => {
  const topic = await twoLeaders('apart');
  await Promise.all([put(topic, 0, 0, 1), put(topic, 1, 0, 1)]);
  const [proxy] = proxies as [KafkaProxy];
  proxy.hold(PRODUCE);
  const sends = [put(topic, 0, 1, 2), put(topic, 1, 1, 2)];
  const states = ['waits', 'waits'];
  sends.forEach((send, index) => void send.then(() => (states[index] = 'written')));
  await eventually(() => expect([...states].sort()).toEqual(['waits', 'written']));
  await eventually(() => expect(proxy.held).toBe(1));
  expect(states).toContain('waits');
  proxy.release();
  await Promise.all(sends);
  const values = (await readAll(settings, topic)).map(({ value }) => String(value));
  expect(values.sort()).toEqual(['0/0', '0/1', '1/0', '1/1']);
});

test('what was fetched before a join under a new member id is dropped: nothing is skipped', async () => {
  const topic = await twoLeaders('stale');
  const seen = new Set<string>();
  let open = (): void => undefined;
  let gate = Promise.resolve();
  let calls = 0;
  let assigned = 0;
  const consumer = new KafkaConsumer(
    {
      settings,
      group: 'stale',
      stage: 'spec',
      producer,
      onAssigned: () => {
        assigned += 1;
      },
      onFatal: (error) => {
        throw error;
      },
    },
    [
      {
        kind: 'records',
        topic,
        maxRecords: 5,
        async handle(records: readonly InRecord[]) {
          calls += 1;
          await gate;
          for (const record of records) seen.add(String(record.value));
          return records.map(done);
        },
      },
    ],
  );
  ends.unshift(() => consumer.drain(1000));
  const committed = async (partition: number) =>
    (await committedOffsets(settings, 'stale', topic)).get(partition);
  await Promise.all([put(topic, 0, 0, 10), put(topic, 1, 0, 10)]);
  consumer.start();
  await eventually(async () => expect([await committed(0), await committed(1)]).toEqual([10, 10]));

  // Records 10 to 19 are fetched and not handled, so the next fetch begins at 20 and the commit stays at 10.
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const before = calls;
  await Promise.all([put(topic, 0, 10, 20), put(topic, 1, 10, 20)]);
  await eventually(() => expect(calls).toBe(before + 2));
  const [first, second] = proxies as [KafkaProxy, KafkaProxy];
  second.hold(FETCH);
  await Promise.all([put(topic, 0, 20, 30), put(topic, 1, 20, 30)]);
  await eventually(() => expect(second.held).toBeGreaterThan(0));
  // The other broker's answer makes the member join again, as one whom the group does not know.
  for (const proxy of proxies) proxy.changeRequests(JOIN_GROUP, 1, fromUnknownMember);
  first.changeAnswers(FETCH, 1, notLeader);
  await eventually(() => expect(assigned).toBe(2), { deadlineMs: 60_000 });
  second.release();
  open();
  const all = [0, 1].flatMap((partition) =>
    Array.from({ length: 30 }, (_, index) => `${partition}/${index}`),
  );
  await eventually(async () => expect([await committed(0), await committed(1)]).toEqual([30, 30]), {
    deadlineMs: 60_000,
  });
  expect(all.filter((one) => !seen.has(one))).toEqual([]);
});

test('a batch that nobody can read ends the consumer at once, and the error names its place', async () => {
  const topic = await twoLeaders('unreadable');
  await Promise.all([put(topic, 0, 0, 5), put(topic, 1, 0, 5)]);
  for (const proxy of proxies) proxy.changeAnswers(FETCH, 1, unknownCodec);
  const fatal: Error[] = [];
  const consumer = new KafkaConsumer(
    { settings, group: 'unreadable', stage: 'spec', producer, onFatal: (error) => void fatal.push(error) },
    [{ kind: 'records', topic, handle: async (records: readonly InRecord[]) => records.map(done) }],
  );
  ends.unshift(() => consumer.drain(1000));
  consumer.start();
  await eventually(() => expect(fatal).toHaveLength(1), { deadlineMs: 60_000 });
  expect(fatal[0]?.message).toMatch(
    /reading spec\.unreadable, partition \d: .* compression codec 6 is unknown/,
  );
  expect(consumer.liveness().alive).toBe(false);
});

test('a consumer that crashes again and again with nothing read in between is not alive, and says so', async () => {
  const topic = await twoLeaders('crashing');
  const crashes: number[] = [];
  const observer: ConsumerObserver = {
    batch: () => undefined,
    lag: () => undefined,
    processed: () => undefined,
    deadLettered: () => undefined,
    consumerEvent: () => undefined,
    paused: () => undefined,
    lost: () => undefined,
    crashing: (count) => void crashes.push(count),
  };
  for (const proxy of proxies) proxy.changeAnswers(FETCH, Number.POSITIVE_INFINITY, storageError);
  const consumer = new KafkaConsumer(
    { settings, group: 'crashing', stage: 'spec', producer, observer, onFatal: () => undefined },
    [{ kind: 'records', topic, handle: async (records: readonly InRecord[]) => records.map(done) }],
  );
  ends.unshift(() => consumer.drain(1000));
  consumer.start();
  expect(consumer.liveness().alive).toBe(true);
  await eventually(() => expect(consumer.progress().good).toBe(false), { deadlineMs: 90_000 });
  await eventually(() => expect(consumer.liveness().alive).toBe(false), { deadlineMs: 120_000 });
  expect(consumer.liveness().reason).toMatch(/crashed \d+ times with nothing read in between/);
  expect(crashes.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
});
