// Makes kafkajs send Fetch requests and read Fetch responses (version 11, spoken by every broker since 2.3) with our codec.
// kafkajs gets one message per partition that carries all its records, so that its own work is per fetch.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Batch, KafkaMessage, RecordBatchEntry } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchApi from 'kafkajs/src/protocol/requests/fetch/index.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import { encodeFetchRequest, type FetchOptions } from '../codec/fetch-request.ts';
import { decodeFetchResponse, type FetchedPartition } from '../codec/fetch-response.ts';
import { FetchedRecord } from '../codec/fetched-record.ts';
import { readBatches } from '../codec/read-batches.ts';
import { contentBytes } from '../codec/write-batch.ts';
import { UnreadableBatchError } from '../errors.ts';

const VERSION = 11;

/** All records of a fetched partition in the shape of one kafkajs message. */
interface CarrierMessage extends RecordBatchEntry {
  readonly records: readonly FetchedRecord[];
  readonly isControlRecord: false;
}

/** The records of a batch, whether our codec or kafkajs has decoded it. Some may lie below the batch's first offset. */
export function recordsOf(batch: Batch): readonly FetchedRecord[] {
  const [first] = batch.messages;
  if (first !== undefined && 'records' in first) return (first as CarrierMessage).records;
  return batch.messages.map(({ offset, timestamp, key, value, headers = {} }) => {
    const bytes = contentBytes({ key, value, headers });
    return new FetchedRecord(Number(offset), Number(timestamp), bytes, 0, bytes.length);
  });
}

/** Replaces kafkajs's encoder and decoder by ours. */
export function installFetch(): void {
  const original = fetchApi.protocol;
  fetchApi.protocol = ({ version }) => {
    const call = original({ version });
    if (version !== VERSION) return call;
    return (options) => {
      const { request, response, ...rest } = call(options);
      const encode = () => {
        const buffer = encodeFetchRequest(options as FetchOptions);
        return Promise.resolve({ buf: buffer, buffer });
      };
      return { ...rest, request: { ...request, encode }, response: { ...response, decode } };
    };
  };
}

async function decode(bytes: Buffer): Promise<unknown> {
  const { throttleMs, errorCode, sessionId, topics } = decodeFetchResponse(bytes);
  const responses = await Promise.all(
    topics.map(async ({ topicName, partitions }) => ({
      topicName,
      partitions: await Promise.all(
        partitions.filter(hasNews).map((partition) => withMessages(topicName, partition)),
      ),
    })),
  );
  // With these versions the client does the waiting; `throttleTime` would tell kafkajs that the broker had waited already.
  return { throttleTime: 0, clientSideThrottleTime: throttleMs, errorCode, sessionId, responses };
}

/** A broker lists every partition it was asked for. Most have nothing new, and kafkajs spends several turns on each. */
function hasNews({ batches, errorCode, preferredReadReplica }: FetchedPartition): boolean {
  return batches.length > 0 || errorCode !== 0 || preferredReadReplica !== -1;
}

async function withMessages(topic: string, { batches, ...rest }: FetchedPartition): Promise<object> {
  try {
    return { ...rest, messages: await messagesOf(batches, rest.abortedTransactions.length > 0) };
  } catch (error) {
    throw new UnreadableBatchError(topic, rest.partition, error);
  }
}

async function messagesOf(batches: Buffer, hasAborted: boolean): Promise<KafkaMessage[]> {
  if (batches.length === 0) return [];
  const read = hasAborted ? undefined : readBatches(batches);
  if (read === undefined) return decodeByKafkajs(batches);
  if (read.nextOffset === undefined) return [];
  const carrier: CarrierMessage = {
    offset: String(read.nextOffset - 1),
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

/** For what our codec does not read: batches of transactions, control batches, older formats. */
function decodeByKafkajs(batches: Buffer): Promise<KafkaMessage[]> {
  const sized = Buffer.concat([Buffer.alloc(4), batches]);
  sized.writeInt32BE(batches.length);
  return decodeMessages(new Decoder(sized));
}
