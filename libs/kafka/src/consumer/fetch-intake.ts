// Puts what kafkajs fetches into the partition buffers, and pauses fetching for partitions whose buffer is full. It reports
// records that Kafka had deleted before they were read.
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import { positionBeforeReset } from '../kafkajs-patches/consumer-group.ts';
import { recordsOf } from '../kafkajs-patches/fetch.ts';
import { type KafkaSettings, ReadRecord } from '../records.ts';
import type { AssignedPartitions } from './assigned-partitions.ts';
import type { ConsumerObserver } from './observer.ts';
import type { PartitionBuffer } from './partition-buffer.ts';

// Limits of what waits in memory, shared by the assigned partitions. One fetch comes on top.
const BUFFER_BYTES = 4 * 1024 * 1024;
const BUFFER_RECORDS = 12_000;

export interface FetchIntakeOptions {
  readonly settings: KafkaSettings;
  readonly observer: ConsumerObserver;
  readonly consumer: Consumer;
  readonly partitions: AssignedPartitions;
  /** The buffer has new records. */
  readonly onRecords: (buffer: PartitionBuffer) => void;
  /** A mistake in this library. */
  readonly onFatal: (error: Error) => void;
}

export class FetchIntake {
  /** Whether the consumer is in its group: outside one kafkajs throws on pause and resume. */
  joined = false;
  readonly #options: FetchIntakeOptions;

  constructor(options: FetchIntakeOptions) {
    this.#options = options;
  }

  /** kafkajs's eachBatch. It never throws and never waits. */
  take({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    try {
      const buffer = this.#options.partitions.get(batch.topic, batch.partition);
      if (buffer && !buffer.stopped) this.#accept(buffer, batch, resolveOffset);
    } catch (error) {
      this.#options.onFatal(error as Error);
    }
    return Promise.resolve();
  }

  /** Records of the buffer were finished: it may have room again. */
  progressed(buffer: PartitionBuffer): void {
    if (!buffer.full || buffer.stopped || this.#isOver(buffer, 0.5)) return;
    buffer.full = false;
    this.resume(buffer);
  }

  pause({ name, partition }: PartitionBuffer): void {
    if (this.joined) this.#options.consumer.pause([{ topic: name, partitions: [partition] }]);
  }

  resume({ name, partition }: PartitionBuffer): void {
    if (this.joined) this.#options.consumer.resume([{ topic: name, partitions: [partition] }]);
  }

  #accept(current: PartitionBuffer, batch: Batch, resolveOffset: (offset: string) => void): void {
    const { partitions, onRecords } = this.#options;
    // Every kafkajs batch has this field, though the types do not.
    const from = Number((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset);
    const fetched = {
      from,
      next: Number(batch.lastOffset()) + 1,
      highWatermark: Number(batch.highWatermark),
      records: recordsOf(batch).map((record) => new ReadRecord(current.topic, batch.partition, record)),
    };
    let buffer = current.overtaken(from) ? partitions.restart(current) : current;
    const before = positionBeforeReset(batch) ?? buffer.positionBeforeGap(from);
    if (before !== undefined) this.#reportReset(buffer, before, from);
    if (!buffer.accept(fetched)) {
      if (before === undefined) this.#reportReset(buffer, from, from);
      buffer = partitions.restart(buffer);
      buffer.accept(fetched);
    }
    resolveOffset(batch.lastOffset());
    if (this.#isOver(buffer, 1)) {
      buffer.full = true;
      this.pause(buffer);
    }
    onRecords(buffer);
  }

  #reportReset({ topic, name, partition }: PartitionBuffer, before: number, from: number): void {
    const { observer, settings } = this.#options;
    observer.consumerEvent('offset-reset');
    if (from <= before) {
      const fields = { topic: name, partition, offset: from };
      const sentence =
        'Kafka has moved the reading position back: records are read again, or other records now have these offsets.';
      settings.logger.error(fields, sentence);
      return;
    }
    observer.lost(topic.name, from - before);
    const fields = { topic: name, partition, first: before, last: from - 1, records: from - before };
    settings.logger.error(fields, 'Records are lost: Kafka had deleted them before they were read.');
  }

  #isOver(buffer: PartitionBuffer, fraction: number): boolean {
    const share = fraction / Math.max(1, this.#options.partitions.count);
    return buffer.load.bytes > BUFFER_BYTES * share || buffer.load.records > BUFFER_RECORDS * share;
  }
}
