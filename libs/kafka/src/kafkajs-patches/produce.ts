// Makes kafkajs send Produce requests that our codec encodes. kafkajs gets one message per partition that carries all its
// records, so that its own work is per batch, and asks for the bytes here.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Message } from 'kafkajs';
import produceApi from 'kafkajs/src/protocol/requests/produce/index.js';
import { encodeProduceRequest } from '../codec/produce-request.ts';
import type { BatchRecord } from '../codec/write-batch.ts';

/** A partition's batch in the shape of one kafkajs message. */
interface CarrierMessage extends Message {
  readonly records: readonly BatchRecord[];
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

/** The message that carries these records, at least one, through kafkajs to the request as one batch. */
export function batchMessage(partition: number, records: readonly BatchRecord[]): Message {
  const message: CarrierMessage = { partition, records, value: null };
  return message;
}

/** Replaces kafkajs's encoder by ours for requests made of batchMessage(); others stay as they are. */
export function installProduce(): void {
  const original = produceApi.protocol;
  produceApi.protocol = ({ version }) => {
    const call = original({ version });
    return (options) => {
      const { request, response } = call(options);
      const produce = options as ProduceOptions;
      const carries = produce.topicData.some(({ partitions }) =>
        partitions.some(({ messages }) => messages.some(isCarrier)),
      );
      if (!carries) return { request, response };
      return {
        request: { ...request, encode: () => encode(version, produce) },
        // kafkajs throws the first partition's error, whatever the broker said of the others.
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
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => {
      const [message, ...more] = messages;
      if (!isCarrier(message) || more.length > 0) {
        throw new TypeError(`writing a Produce request: ${topic}/${partition} must have one batch`);
      }
      return { partition, records: message.records };
    }),
  }));
  const { allocated, body } = encodeProduceRequest({ acks, timeout, topics });
  return Promise.resolve({ buf: allocated, buffer: body });
}
