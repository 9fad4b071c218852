// Prepares an OutRecord for a batch: chooses its partition and measures it, because batches are limited by size.
import { topicName } from '@switchboard/contracts';
import { BATCH_OVERHEAD } from '../codec/batch-layout.ts';
import { type BatchRecord, copiedSize, type RecordContent, recordSize } from '../codec/write-batch.ts';
import { RecordTooLargeError } from '../errors.ts';
import { ForwardedRecord, type OutRecord, ReadRecord } from '../records.ts';
import { partitionOf } from './partitioner.ts';

export interface PreparedRecord {
  readonly partition: number;
  readonly record: BatchRecord;
}

/** Throws RecordTooLargeError, or TypeError for a record with neither key nor partition. */
export function prepareRecord(out: OutRecord, prefix: string): PreparedRecord {
  const { topic } = out;
  const content = contentOf(out);
  const size = sizeOf(content);
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

/** Whether the record is small enough for its topic. */
export function fitsTopic(out: OutRecord): boolean {
  return sizeOf(contentOf(out)) + BATCH_OVERHEAD <= out.topic.maxMessageBytes;
}

function sizeOf(content: RecordContent): number {
  return 'source' in content ? copiedSize(content) : recordSize(content);
}

function contentOf(out: OutRecord): RecordContent {
  if (out instanceof ForwardedRecord && out.record instanceof ReadRecord) {
    return { source: out.record.fetched, value: out.newValue };
  }
  const { key, value, headers } = out;
  return { key, value, headers };
}
