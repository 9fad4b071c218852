// Records that Kafka deletes before they are read are logged with their place and number, and counted.
import { topicName, type Topic } from '@switchboard/contracts';
import { withAdmin } from '../admin/with-admin.ts';
import type { InRecord, Outcome } from '../index.ts';
import {
  allDone,
  event,
  numbers,
  recordingObserver,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

function deleteBefore(topic: Topic, offset: number): Promise<void> {
  return withAdmin(broker.settings, { doing: 'deleting', retries: 3, timeoutMs: 5000 }, async (admin) => {
    // kafkajs looks up the partition's leader only as part of another call.
    await admin.fetchTopicOffsets(topicName(topic, broker.settings.topicPrefix));
    await admin.deleteTopicRecords({
      topic: topicName(topic, broker.settings.topicPrefix),
      partitions: [{ partition: 0, offset: String(offset) }],
    });
  });
}

test('records deleted while the consumer was away are reported', async () => {
  const topic = await broker.topic('lost', { partitions: 1 });
  const seen: string[] = [];
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    seen.push(...records.map(text));
    return allDone(records);
  };
  const put = (from: number, count: number): Promise<void> =>
    broker.producer().sendMany(numbers(count).map((n) => event(topic, 'k', String(from + Number(n)))));
  await put(0, 10);
  const first = broker.consumer([{ kind: 'records', topic, handle }], { group: 'lost' });
  await broker.committed(topic, 'lost');
  expect(await first.drain()).toBe(true);

  await put(10, 20);
  await deleteBefore(topic, 25);
  const observer = recordingObserver();
  broker.consumer([{ kind: 'records', topic, handle }], { group: 'lost', observer });
  await broker.committed(topic, 'lost');
  expect(seen).toEqual([...numbers(10), '25', '26', '27', '28', '29']);
  expect(observer.calls.filter(([name]) => name === 'lost')).toEqual([['lost', 'lost', 15]]);
  const lines = broker.logs.filter(({ sentence }) => sentence.startsWith('Records are lost'));
  const name = topicName(topic, broker.settings.topicPrefix);
  expect(lines.map(({ fields }) => fields)).toEqual([
    { topic: name, partition: 0, first: 10, last: 24, records: 15 },
  ]);
});

test('a new group begins with the first existing record and reports no loss', async () => {
  const topic = await broker.topic('begun', { partitions: 1 });
  await broker.fill(topic, 10);
  await deleteBefore(topic, 5);
  const observer = recordingObserver();
  broker.consumer([{ kind: 'records', topic, handle: allDone }], { group: 'begun', observer });
  await broker.committed(topic, 'begun');
  expect(observer.calls.filter(([name]) => name === 'lost')).toEqual([]);
});
