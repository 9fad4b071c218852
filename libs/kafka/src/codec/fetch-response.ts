// Decodes Fetch responses (version 11). Source: Kafka's protocol guide, Fetch Response (Version: 11).
import { readInt64 } from './int64.ts';

export interface FetchResponse {
  /** How long the client is asked to wait before its next request, in ms. */
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

/** A partition in a response. Offsets are text, as kafkajs takes them. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly object[];
  readonly preferredReadReplica: number;
  /** Record batches, a view of the response; the last one may be cut off. */
  readonly batches: Buffer;
}

/** Throws RangeError when the bytes end too early. */
export function decodeFetchResponse(bytes: Buffer): FetchResponse {
  const cursor = { at: 10 };
  return {
    throttleMs: bytes.readInt32BE(0),
    errorCode: bytes.readInt16BE(4),
    sessionId: bytes.readInt32BE(6),
    topics: readArray(bytes, cursor, () => {
      const length = bytes.readInt16BE(cursor.at);
      const topicName = bytes.toString('utf8', cursor.at + 2, cursor.at + 2 + length);
      cursor.at += 2 + length;
      return { topicName, partitions: readArray(bytes, cursor, () => readPartition(bytes, cursor)) };
    }),
  };
}

interface Cursor {
  at: number;
}

function readPartition(bytes: Buffer, cursor: Cursor): FetchedPartition {
  const { at } = cursor;
  const abortedTransactions: object[] = [];
  cursor.at = at + 34;
  for (let left = bytes.readInt32BE(at + 30); left > 0; left -= 1, cursor.at += 16) {
    const [producerId, firstOffset] = [readText(bytes, cursor.at), readText(bytes, cursor.at + 8)];
    abortedTransactions.push({ producerId, firstOffset });
  }
  const preferredReadReplica = bytes.readInt32BE(cursor.at);
  const from = cursor.at + 8;
  cursor.at = from + Math.max(0, bytes.readInt32BE(from - 4));
  return {
    partition: bytes.readInt32BE(at),
    errorCode: bytes.readInt16BE(at + 4),
    highWatermark: readText(bytes, at + 6),
    lastStableOffset: readText(bytes, at + 14),
    lastStartOffset: readText(bytes, at + 22),
    abortedTransactions,
    preferredReadReplica,
    batches: bytes.subarray(from, cursor.at),
  };
}

function readArray<T>(bytes: Buffer, cursor: Cursor, read: () => T): T[] {
  const items: T[] = [];
  let left = bytes.readInt32BE(cursor.at);
  for (cursor.at += 4; left > 0; left -= 1) items.push(read());
  return items;
}

const readText = (bytes: Buffer, at: number): string => String(readInt64(bytes, at));
