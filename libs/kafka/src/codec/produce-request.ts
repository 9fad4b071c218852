// Encodes Produce requests (versions 3 to 7) without a transaction. Source: Kafka's protocol guide, Produce Request.
import { BATCH_OVERHEAD } from './batch-layout.ts';
import { type BatchRecord, writeBatch } from './write-batch.ts';

export interface ProduceRequest {
  readonly acks: number;
  /** How long the broker may wait for its replicas, in ms. */
  readonly timeout: number;
  readonly topics: readonly {
    readonly topic: string;
    /** The records of each partition become one batch. */
    readonly partitions: readonly { readonly partition: number; readonly records: readonly BatchRecord[] }[];
  }[];
}

/** The body of a request: a view of `allocated`, which may be longer. */
export function encodeProduceRequest({ acks, timeout, topics }: ProduceRequest): {
  readonly allocated: Buffer;
  readonly body: Buffer;
} {
  const allocated = Buffer.allocUnsafeSlow(sizeOf(topics));
  // No transactional id.
  let at = allocated.writeInt16BE(-1, 0);
  at = allocated.writeInt16BE(acks, at);
  at = allocated.writeInt32BE(timeout, at);
  at = allocated.writeInt32BE(topics.length, at);
  for (const { topic, partitions } of topics) {
    const length = allocated.write(topic, at + 2);
    allocated.writeInt16BE(length, at);
    at = allocated.writeInt32BE(partitions.length, at + 2 + length);
    for (const { partition, records } of partitions) {
      allocated.writeInt32BE(partition, at);
      const end = writeBatch(allocated, at + 8, records);
      allocated.writeInt32BE(end - at - 8, at + 4);
      at = end;
    }
  }
  return { allocated, body: allocated.subarray(0, at) };
}

/** An upper bound: the sizes of the records are upper bounds. */
function sizeOf(topics: ProduceRequest['topics']): number {
  let size = 12;
  for (const { topic, partitions } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { records } of partitions) {
      size += 8 + BATCH_OVERHEAD;
      for (const record of records) size += record.size;
    }
  }
  return size;
}
