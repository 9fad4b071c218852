// Reads a topic from its beginning to its current end, for reports and tests.
import { randomUUID } from 'node:crypto';
import { type Topic, topicName } from '@switchboard/contracts';
import type { Batch } from 'kafkajs';
import { createClient, retryOptions } from '../client.ts';
import { KafkaUnavailableError } from '../errors.ts';
import { type InRecord, type KafkaSettings, ReadRecord } from '../records.ts';
import { within } from '../wait.ts';
import { recordsOf } from '../kafkajs-patches/fetch.ts';
import { withAdmin } from './with-admin.ts';

/** The first offset of a partition (`low`) and the offset of its next record (`high`). */
export interface PartitionEnds {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/** The current ends of every partition. */
export function topicEnds(settings: KafkaSettings, topic: Topic): Promise<PartitionEnds[]> {
  return withAdmin(
    settings,
    { doing: 'asking for offsets', retries: 5, timeoutMs: 10_000 },
    async (admin) => {
      const ends = await admin.fetchTopicOffsets(topicName(topic, settings.topicPrefix));
      return ends.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
    },
  );
}

/** The offsets that a group has committed, by partition; partitions without a commit are absent. */
export function committedOffsets(
  settings: KafkaSettings,
  group: string,
  topic: Topic,
): Promise<Map<number, number>> {
  return withAdmin(
    settings,
    { doing: 'asking for commits', retries: 5, timeoutMs: 10_000 },
    async (admin) => {
      const name = topicName(topic, settings.topicPrefix);
      const offsets = await admin.fetchOffsets({ groupId: settings.topicPrefix + group, topics: [name] });
      const partitions = offsets.flatMap((one) => one.partitions);
      return new Map(
        partitions
          .map(({ partition, offset }) => [partition, Number(offset)] as const)
          .filter(([, offset]) => offset >= 0),
      );
    },
  );
}

/** Every record from the beginning to the topic's current end, in order per partition. */
export async function readAll(
  settings: KafkaSettings,
  topic: Topic,
  deadlineMs = 30_000,
): Promise<InRecord[]> {
  const until = performance.now() + deadlineMs;
  const ends = (await topicEnds(settings, topic)).filter(({ low, high }) => high > low);
  if (ends.length === 0) return [];
  for (;;) {
    try {
      return await readTo(ends, settings, topic, until - performance.now());
    } catch (error) {
      // On a new broker kafkajs gives up before the first group coordinator is elected.
      if (performance.now() >= until) throw error;
    }
  }
}

async function readTo(
  ends: readonly PartitionEnds[],
  settings: KafkaSettings,
  topic: Topic,
  deadlineMs: number,
): Promise<InRecord[]> {
  const name = topicName(topic, settings.topicPrefix);
  // A new group that commits nothing: the broker deletes it by itself.
  const consumer = createClient(settings, { retries: 5, maxRetryMs: 1000 }).consumer({
    groupId: `${settings.topicPrefix}read-${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    // The caller retries.
    retry: { ...retryOptions(5, 1000), restartOnFailure: () => Promise.resolve(false) },
  });
  const records: InRecord[] = [];
  const open = new Map<number, number>();
  // After another join, for example because a leader has moved, reading starts at the beginning again.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    records.length = 0;
    for (const { partition, high } of ends) open.set(partition, high);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: name, fromBeginning: true });
    const complete = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachBatch = ({ batch }: { readonly batch: Batch }): Promise<void> => {
        const end = open.get(batch.partition) ?? 0;
        for (const record of recordsOf(batch)) {
          if (record.offset < end) records.push(new ReadRecord(topic, batch.partition, record));
        }
        if (Number(batch.lastOffset()) + 1 >= end) open.delete(batch.partition);
        if (open.size === 0) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
    if (await within(deadlineMs, complete)) return records;
    throw new Error(`the end was not reached within ${Math.round(deadlineMs)} ms`);
  } catch (error) {
    const { message } = error as Error;
    throw new KafkaUnavailableError(`reading ${name}: ${message}; try again`, { cause: error });
  } finally {
    await consumer.disconnect();
  }
}
