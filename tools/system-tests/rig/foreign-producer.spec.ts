// Batches as another client writes them: compressed in the broker's files, and read like our own.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import { ensureTopics, KafkaProducer, readAll, singleNode } from '@switchboard/kafka';
import { quiet } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { type KafkaCluster, startCluster } from './kafka-cluster.ts';
import { compressTopic } from '../../servers/operator.mjs';

let guard: Guard;
let cluster: KafkaCluster;
const name = (topic: { readonly name: string }) => `spec.${topic.name}`;
const settings = () => ({
  brokers: cluster.brokers.split(','),
  clientId: 'spec',
  topicPrefix: 'spec.',
  logger: quiet,
});

beforeAll(async () => {
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-foreign-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  cluster = await startCluster({ guard, folder, heapMb: 256 });
  await ensureTopics(settings(), [topics.events, topics.leads], singleNode);
});
afterAll(() => guard.endAll());

test('zstd batches of the Java client stand beside ours, with key, headers and value', async () => {
  const producer = new KafkaProducer(settings(), { deadlineMs: 30_000 });
  await producer.send({ topic: topics.events, key: 'ours', value: Buffer.from('{}'), headers: {} });
  await producer.close();
  const records = Array.from({ length: 30 }, (_, n) => ({
    key: `k${n % 5}`,
    value: JSON.stringify({ n, text: 'ö, "quoted": '.repeat(20) }),
    headers: { ce_id: `id-${n}`, ce_time: '2026-05-04T03:02:01Z' },
  }));
  await cluster.writeForeign({ topic: name(topics.events), codec: 'zstd' }, records);
  const codecs = cluster.codecsOf(name(topics.events));
  expect([...codecs.keys()].sort()).toEqual(['none', 'zstd']);
  expect(codecs.get('none')).toBe(1);
  const read = (await readAll(settings(), topics.events)).filter(({ key }) => String(key) !== 'ours');
  const text = read.map(({ key, value, headers }) => ({
    key: String(key),
    value: String(value),
    headers: { ce_id: String(headers['ce_id']), ce_time: String(headers['ce_time']) },
  }));
  const byId = (a: (typeof text)[number], b: (typeof text)[number]) =>
    a.headers.ce_id.localeCompare(b.headers.ce_id);
  expect(text.sort(byId)).toEqual([...records].sort(byId));
});

test('what it could not write is told', async () => {
  const large = { key: 'k', value: 'x'.repeat(2 * 1024 * 1024), headers: {} };
  const writing = cluster.writeForeign({ topic: name(topics.leads), codec: 'zstd' }, [large]);
  await expect(writing).rejects.toThrow('writing zstd batches');
});

test('a topic that the broker compresses', async () => {
  await compressTopic(settings().brokers, name(topics.leads), 'zstd');
  const producer = new KafkaProducer(settings(), { deadlineMs: 30_000 });
  await producer.send({ topic: topics.leads, key: 'k', value: Buffer.from('{}'), headers: {} });
  await producer.close();
  expect([...cluster.codecsOf(name(topics.leads))]).toEqual([['zstd', 1]]);
});
