// An OutRecord made ready for kafkajs, with its size on the wire: batches are cut by it.
import { topicName } from '@switchboard/contracts';
import type { Message } from 'kafkajs';
import { RecordTooLargeError } from '../errors.ts';
import type { OutRecord } from '../records.ts';
import { partitionOf } from './partitioner.ts';

/** Bytes of a record batch before its first record. */
export const BATCH_BYTES = 61;
// Length, attributes, timestamp and offset delta, lengths of key and value, header count: the most their varints take.
const RECORD_BYTES = 5 + 1 + 10 + 5 + 5 + 5 + 5;
const HEADER_BYTES = 10;

export interface Outgoing {
  readonly partition: number;
  readonly message: Message;
  /** Never less than the record takes in a batch. */
  readonly bytes: number;
}

/** Chooses the partition and measures the record; throws when it can never be written. */
export function outgoing(record: OutRecord, prefix: string): Outgoing {
  const { topic, key, value } = record;
  const headers = withoutEmpty(record.headers);
  let bytes = RECORD_BYTES + byteLength(key) + byteLength(value);
  for (const name in headers) {
    const header = headers[name];
    const each = HEADER_BYTES + Buffer.byteLength(name);
    if (Array.isArray(header)) for (const one of header) bytes += each + byteLength(one);
    else bytes += each + byteLength(header);
  }
  if (bytes + BATCH_BYTES > topic.maxMessageBytes) {
    throw new RecordTooLargeError(topicName(topic, prefix), bytes + BATCH_BYTES, topic.maxMessageBytes);
  }
  const partition = record.partition ?? (key === null ? undefined : partitionOf(key, topic.partitions));
  if (partition === undefined) {
    throw new TypeError(
      `sending to ${topicName(topic, prefix)}: the record has neither key nor partition; give one`,
    );
  }
  const timestamp = String(record.timestamp ?? Date.now());
  return { partition, bytes, message: { key, value, headers, partition, timestamp } };
}

function byteLength(bytes: string | Buffer | null | undefined): number {
  return bytes == null ? 0 : Buffer.byteLength(bytes);
}

// kafkajs fails on a header without a value, though a record may have one: it goes on as an empty one.
function withoutEmpty(headers: OutRecord['headers']): NonNullable<Message['headers']> {
  let copy: NonNullable<Message['headers']> | undefined;
  for (const name in headers) {
    const value = headers[name];
    if (value == null) (copy ??= { ...headers })[name] = '';
    else if (Array.isArray(value) && value.some((one) => one == null)) {
      (copy ??= { ...headers })[name] = value.map((one) => one ?? '');
    }
  }
  return copy ?? headers;
}
