// Encodes Fetch requests (version 11). kafkajs makes a buffer of half a kilobyte for every partition of every request,
// several times a second as long as a consumer lives.

/** What kafkajs asks for, as far as it is used. It never uses a fetch session. */
export interface FetchOptions {
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly rackId?: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

const FIXED_BYTES = 35;
const PARTITION_BYTES = 28;
const NO_SESSION = { id: 0, epoch: -1 };
const UNKNOWN = -1;
/** The replica id that a consumer sends. */
const NO_REPLICA = -1;

/** The body of a request. Source: Kafka's protocol guide, Fetch Request (Version: 11). */
export function encodeFetchRequest(options: FetchOptions): Buffer {
  const { maxWaitTime, minBytes, maxBytes, isolationLevel, rackId = '', topics } = options;
  const bytes = Buffer.allocUnsafe(sizeOf(topics, rackId));
  let at = 0;
  for (const number of [NO_REPLICA, maxWaitTime, minBytes, maxBytes]) at = bytes.writeInt32BE(number, at);
  at = bytes.writeInt8(isolationLevel, at);
  at = bytes.writeInt32BE(NO_SESSION.id, at);
  at = bytes.writeInt32BE(NO_SESSION.epoch, at);
  at = bytes.writeInt32BE(topics.length, at);
  for (const { topic, partitions } of topics) {
    at = writeText(bytes, at, topic);
    at = bytes.writeInt32BE(partitions.length, at);
    for (const { partition, fetchOffset, maxBytes: maxPartitionBytes } of partitions) {
      at = bytes.writeInt32BE(partition, at);
      at = bytes.writeInt32BE(UNKNOWN, at);
      at = bytes.writeBigInt64BE(BigInt(fetchOffset), at);
      at = bytes.writeBigInt64BE(BigInt(UNKNOWN), at);
      at = bytes.writeInt32BE(maxPartitionBytes, at);
    }
  }
  at = bytes.writeInt32BE(0, at);
  return bytes.subarray(0, writeText(bytes, at, rackId));
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const length = bytes.write(text, at + 2);
  bytes.writeInt16BE(length, at);
  return at + 2 + length;
}

function sizeOf(topics: FetchOptions['topics'], rackId: string): number {
  return topics.reduce(
    (size, { topic, partitions }) =>
      size + 6 + Buffer.byteLength(topic) + partitions.length * PARTITION_BYTES,
    FIXED_BYTES + Buffer.byteLength(rackId),
  );
}
