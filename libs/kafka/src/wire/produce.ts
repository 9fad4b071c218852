// Produce requests (versions 3 to 7) written by us. kafkajs gets one message per partition that carries all its records,
// so that its own work is per batch, and asks for the bytes here.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Message } from 'kafkajs';
import produceApi from 'kafkajs/src/protocol/requests/produce/index.js';
import { BATCH_OVERHEAD, type WireRecord, writeBatch } from './encode.ts';

/** A partition's batch in the shape of one kafkajs message. */
interface CarrierMessage extends Message {
  readonly records: readonly WireRecord[];
}

interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
  }[];
}

/** The message by which kafkajs carries these records, at least one, to the request as one batch. */
export function batchMessage(partition: number, records: readonly WireRecord[]): Message {
  const message: CarrierMessage = { partition, records, value: null };
  return message;
}

/** Puts our encoder in the place of kafkajs's; requests without a batchMessage() stay its own. */
export function installProduce(): void {
  const theirs = produceApi.protocol;
  produceApi.protocol = ({ version }) => {
    const call = theirs({ version });
    return (options) => {
      const { request, response } = call(options);
      const ours = options as ProduceOptions;
      const carried = ours.topicData.some(({ partitions }) =>
        partitions.some(({ messages }) => messages.some(isCarrier)),
      );
      if (!carried) return { request, response };
      return {
        request: { ...request, encode: () => encode(version, ours) },
        // kafkajs throws the first partition's refusal, whatever the others were told.
        response: { ...response, parse: (decoded) => Promise.resolve(decoded) },
      };
    };
  };
}

const isCarrier = (message: Message | undefined): message is CarrierMessage =>
  message !== undefined && 'records' in message;

function encode(version: number, options: ProduceOptions): ReturnType<KafkajsRequest['encode']> {
  const { acks, timeout, transactionalId, topicData } = options;
  if (version < 3 || transactionalId !== undefined) {
    throw new TypeError(`writing a Produce request of version ${version}: only 3 to 7 without a transaction`);
  }
  const bytes = Buffer.allocUnsafeSlow(sizeOf(topicData));
  let at = bytes.writeInt16BE(-1, 0);
  at = bytes.writeInt16BE(acks, at);
  at = bytes.writeInt32BE(timeout, at);
  at = bytes.writeInt32BE(topicData.length, at);
  for (const { topic, partitions } of topicData) {
    const length = bytes.write(topic, at + 2);
    bytes.writeInt16BE(length, at);
    at = bytes.writeInt32BE(partitions.length, at + 2 + length);
    for (const { partition, messages } of partitions) {
      const [message, ...more] = messages;
      if (!isCarrier(message) || more.length > 0) {
        throw new TypeError(`writing a Produce request: ${topic}/${partition} must have one batch`);
      }
      bytes.writeInt32BE(partition, at);
      const end = writeBatch(bytes, at + 8, message.records);
      bytes.writeInt32BE(end - at - 8, at + 4);
      at = end;
    }
  }
  return Promise.resolve({ buf: bytes, buffer: bytes.subarray(0, at) });
}

function sizeOf(topicData: ProduceOptions['topicData']): number {
  let size = 12;
  for (const { topic, partitions } of topicData) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { messages } of partitions) {
      size += 8 + BATCH_OVERHEAD;
      for (const message of messages)
        if (isCarrier(message)) for (const record of message.records) size += record.size;
    }
  }
  return size;
}
