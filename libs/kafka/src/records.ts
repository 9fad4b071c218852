// What the rest of the product sees of Kafka: records with raw bytes, and where the brokers are.
import type { Logger, RawHeaders, Topic } from '@switchboard/contracts';
import type { KafkaMessage } from 'kafkajs';

/** Where Kafka is and how this process names itself there. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Goes before every topic and group name; empty in production. */
  readonly topicPrefix: string;
  readonly logger: Logger;
}

/** A record as it was read. */
export interface InRecord {
  readonly topic: Topic;
  readonly partition: number;
  /** A 64-bit number as text, as Kafka clients give it. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** A record to write. It has a key or a partition: without either its order would be nobody's. */
export interface OutRecord {
  readonly topic: Topic;
  /** Given, it is used as it is; else it is computed from the key. */
  readonly partition?: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
  /** Milliseconds since the epoch; now when absent. */
  readonly timestamp?: number;
}

/** A record as kafkajs gives it, made ours. */
export function toRecord(topic: Topic, partition: number, message: KafkaMessage): InRecord {
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key,
    value: message.value,
    headers: message.headers ?? {},
    timestamp: Number(message.timestamp),
  };
}
