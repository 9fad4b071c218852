// Records as the rest of the product sees them: raw bytes in and out, and how a process reaches Kafka.
import { headerText, type Logger, type RawHeaders, type Topic } from '@switchboard/contracts';
import type { FetchedRecord } from './codec/fetched-record.ts';

/** How this process reaches Kafka. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** A prefix of every topic and group name; empty in production. */
  readonly topicPrefix: string;
  readonly logger: Logger;
}

/** A record that was read. */
export interface InRecord {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** A record to write. It needs a key or a partition, which decide its order. */
export interface OutRecord {
  readonly topic: Topic;
  /** Computed from the key when absent. */
  readonly partition?: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
  /** Milliseconds since the epoch; now when absent. */
  readonly timestamp?: number;
}

/** Memory of a record besides its own bytes. */
const OVERHEAD_BYTES = 200;

/** A fetched record with its topic and partition. Its parts are decoded on first use, and kept. */
export class ReadRecord implements InRecord {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly fetched: FetchedRecord;
  #key: Buffer | null | undefined;
  #value: Buffer | null | undefined;
  #headers: RawHeaders | undefined;

  constructor(topic: Topic, partition: number, fetched: FetchedRecord) {
    this.topic = topic;
    this.partition = partition;
    this.offset = fetched.offset;
    this.timestamp = fetched.timestamp;
    this.fetched = fetched;
  }

  get key(): Buffer | null {
    if (this.#key === undefined) this.#key = this.fetched.key;
    return this.#key;
  }

  get value(): Buffer | null {
    if (this.#value === undefined) this.#value = this.fetched.value;
    return this.#value;
  }

  get headers(): RawHeaders {
    this.#headers ??= this.fetched.headers;
    return this.#headers;
  }
}

/** One header of a record as text, without decoding the others; undefined when missing or empty. */
export function headerOf(record: InRecord, name: string): string | undefined {
  return record instanceof ReadRecord ? record.fetched.header(name) : headerText(record.headers, name);
}

/** Length of the value in bytes; undefined when there is none. */
export function valueLength(record: InRecord): number | undefined {
  return record instanceof ReadRecord ? record.fetched.valueLength : record.value?.length;
}

/** Roughly the memory that the record takes, in bytes. */
export function footprint(record: InRecord): number {
  if (record instanceof ReadRecord) return record.fetched.end - record.fetched.keyAt + OVERHEAD_BYTES;
  return (record.value?.length ?? 0) + (record.key?.length ?? 0) + OVERHEAD_BYTES;
}

/** Whether the record has all these headers and none of them is empty. */
export function hasHeaders(record: InRecord, names: readonly string[]): boolean {
  if (record instanceof ReadRecord) return names.every((name) => record.fetched.hasHeader(name));
  return names.every((name) => headerText(record.headers, name) !== undefined);
}

/** A record forwarded to another topic: partition, key, headers and timestamp are unchanged. */
export class ForwardedRecord implements OutRecord {
  readonly topic: Topic;
  readonly record: InRecord;
  readonly newValue: Buffer | undefined;

  constructor(record: InRecord, topic: Topic, newValue: Buffer | undefined) {
    this.record = record;
    this.topic = topic;
    this.newValue = newValue;
  }

  get partition(): number {
    return this.record.partition;
  }

  get key(): Buffer | null {
    return this.record.key;
  }

  get value(): Buffer | null {
    return this.newValue ?? this.record.value;
  }

  get headers(): RawHeaders {
    return this.record.headers;
  }

  get timestamp(): number {
    return this.record.timestamp;
  }
}

/** The same record for another topic: its bytes are copied. `value` replaces the value. */
export function forward(record: InRecord, topic: Topic, value?: Buffer): OutRecord {
  return new ForwardedRecord(record, topic, value);
}
