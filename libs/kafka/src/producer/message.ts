// An OutRecord made ready for a batch: its partition chosen, its size known, for batches are cut by it.
import { topicName } from '@switchboard/contracts';
import { RecordTooLargeError } from '../errors.ts';
import { Forwarded, type OutRecord, ReadRecord } from '../records.ts';
import { BATCH_OVERHEAD, type Content, copiedSize, recordSize, type WireRecord } from '../wire/encode.ts';
import { partitionOf } from './partitioner.ts';

export interface Outgoing {
  readonly partition: number;
  readonly record: WireRecord;
}

/** Chooses the partition and measures the record; throws when it can never be written. */
export function outgoing(out: OutRecord, prefix: string): Outgoing {
  const { topic } = out;
  const content = contentOf(out);
  const size = 'source' in content ? copiedSize(content) : recordSize(content);
  if (size + BATCH_OVERHEAD > topic.maxMessageBytes) {
    throw new RecordTooLargeError(topicName(topic, prefix), size + BATCH_OVERHEAD, topic.maxMessageBytes);
  }
  const partition = out.partition ?? (out.key === null ? undefined : partitionOf(out.key, topic.partitions));
  if (partition === undefined) {
    throw new TypeError(
      `sending to ${topicName(topic, prefix)}: the record has neither key nor partition; give one`,
    );
  }
  return { partition, record: { content, timestamp: out.timestamp ?? Date.now(), size } };
}

function contentOf(out: OutRecord): Content {
  if (out instanceof Forwarded && out.record instanceof ReadRecord) {
    return { source: out.record.fetched, value: out.newValue };
  }
  const { key, value, headers } = out;
  return { key, value, headers };
}
