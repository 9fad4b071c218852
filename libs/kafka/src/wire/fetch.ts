// Fetch requests and answers (version 11, spoken by every broker since 2.3) written and read by us. kafkajs gets one message
// per partition that carries all its records, so that its own work is per fetch; what we do not read it reads itself.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Batch, KafkaMessage, RecordBatchEntry } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchApi from 'kafkajs/src/protocol/requests/fetch/index.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import { UnreadableBatchError } from '../errors.ts';
import { readBatches, readLong } from './decode.ts';
import { contentBytes } from './encode.ts';
import { encodeFetch, type FetchOptions } from './fetch-request.ts';
import { FetchedRecord } from './fetched-record.ts';

const VERSION = 11;

/** All records of a fetched partition in the shape of one kafkajs message. */
interface CarrierMessage extends RecordBatchEntry {
  readonly records: readonly FetchedRecord[];
  readonly isControlRecord: false;
}

/** The records of a batch that kafkajs hands over, whichever of us has read them; some may lie below its first offset. */
export function recordsOf(batch: Batch): readonly FetchedRecord[] {
  const [first] = batch.messages;
  if (first !== undefined && 'records' in first) return (first as CarrierMessage).records;
  return batch.messages.map(({ offset, timestamp, key, value, headers = {} }) => {
    const bytes = contentBytes({ key, value, headers });
    return new FetchedRecord(Number(offset), Number(timestamp), bytes, 0, bytes.length);
  });
}

/** Puts our encoder and decoder in the place of kafkajs's. */
export function installFetch(): void {
  const theirs = fetchApi.protocol;
  fetchApi.protocol = ({ version }) => {
    const call = theirs({ version });
    if (version !== VERSION) return call;
    return (options) => {
      const { request, response, ...rest } = call(options);
      const encode = () => {
        const buffer = encodeFetch(options as FetchOptions);
        return Promise.resolve({ buf: buffer, buffer });
      };
      return { ...rest, request: { ...request, encode }, response: { ...response, decode } };
    };
  };
}

async function decode(bytes: Buffer): Promise<unknown> {
  const clientSideThrottleTime = bytes.readInt32BE(0);
  const errorCode = bytes.readInt16BE(4);
  const sessionId = bytes.readInt32BE(6);
  const cursor = { at: 10 };
  const responses = array(bytes, cursor, () => {
    const length = bytes.readInt16BE(cursor.at);
    const topicName = bytes.toString('utf8', cursor.at + 2, cursor.at + 2 + length);
    cursor.at += 2 + length;
    return { topicName, partitions: array(bytes, cursor, () => partition(bytes, cursor)) };
  });
  const told = await Promise.all(
    responses.map(async ({ topicName, partitions }) => ({
      topicName,
      partitions: await Promise.all(
        partitions.filter(tells).map((partition) => withMessages(topicName, partition)),
      ),
    })),
  );
  // The broker counts on the client to wait, so kafkajs must not take it for a wait that has been.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses: told };
}

interface Cursor {
  at: number;
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly object[];
  readonly preferredReadReplica: number;
  readonly set: Buffer;
}

function partition(bytes: Buffer, cursor: Cursor): FetchedPartition {
  const { at } = cursor;
  const abortedTransactions: object[] = [];
  cursor.at = at + 34;
  for (let left = bytes.readInt32BE(at + 30); left > 0; left -= 1, cursor.at += 16) {
    const [producerId, firstOffset] = [text(bytes, cursor.at), text(bytes, cursor.at + 8)];
    abortedTransactions.push({ producerId, firstOffset });
  }
  const preferredReadReplica = bytes.readInt32BE(cursor.at);
  const from = cursor.at + 8;
  cursor.at = from + Math.max(0, bytes.readInt32BE(from - 4));
  return {
    partition: bytes.readInt32BE(at),
    errorCode: bytes.readInt16BE(at + 4),
    highWatermark: text(bytes, at + 6),
    lastStableOffset: text(bytes, at + 14),
    lastStartOffset: text(bytes, at + 22),
    abortedTransactions,
    preferredReadReplica,
    set: bytes.subarray(from, cursor.at),
  };
}

/** A broker names every partition it was asked for, and kafkajs takes several turns for each: most have nothing new. */
function tells({ set, errorCode, preferredReadReplica }: FetchedPartition): boolean {
  return set.length > 0 || errorCode !== 0 || preferredReadReplica !== -1;
}

async function withMessages(topic: string, { set, ...rest }: FetchedPartition): Promise<object> {
  try {
    return { ...rest, messages: await messages(set, rest.abortedTransactions.length > 0) };
  } catch (error) {
    throw new UnreadableBatchError(topic, rest.partition, error);
  }
}

async function messages(set: Buffer, aborted: boolean): Promise<KafkaMessage[]> {
  if (set.length === 0) return [];
  const read = aborted ? undefined : readBatches(set);
  if (read === undefined) {
    const sized = Buffer.concat([Buffer.alloc(4), set]);
    sized.writeInt32BE(set.length);
    return decodeMessages(new Decoder(sized));
  }
  if (read.next === undefined) return [];
  const carrier: CarrierMessage = {
    offset: String(read.next - 1),
    records: read.records,
    isControlRecord: false,
    key: null,
    value: null,
    timestamp: '0',
    attributes: 0,
    headers: {},
  };
  return [carrier];
}

function array<T>(bytes: Buffer, cursor: Cursor, read: () => T): T[] {
  const items: T[] = [];
  let left = bytes.readInt32BE(cursor.at);
  for (cursor.at += 4; left > 0; left -= 1) items.push(read());
  return items;
}

const text = (bytes: Buffer, at: number): string => String(readLong(bytes, at));
