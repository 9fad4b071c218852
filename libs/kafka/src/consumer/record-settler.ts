// Settles records: finishes them, and first writes the dead ones to the dead-letter topic. A record that is not durable
// there is not finished.
import { type Logger, RecordError, topics } from '@switchboard/contracts';
import type { KafkaProducer } from '../producer/producer.ts';
import { headerOf, type InRecord, type OutRecord } from '../records.ts';
import { errorFields } from './call-handler.ts';
import { deadLetter } from './dead-letter.ts';
import type { ConsumerObserver } from './observer.ts';
import type { Outcome } from './outcome.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import type { Pauses } from './pauses.ts';

export interface RecordSettlerOptions {
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  readonly group: string;
  readonly producer: KafkaProducer;
  readonly observer: ConsumerObserver;
  readonly logger: Logger;
}

/** The outcome of a record, and after how many handler calls. */
export interface RecordResult {
  readonly record: InRecord;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly error?: Error;
}

export class RecordSettler {
  readonly #options: RecordSettlerOptions;
  readonly #pauses: Pauses;

  constructor(options: RecordSettlerOptions, pauses: Pauses) {
    this.#options = options;
    this.#pauses = pauses;
  }

  /** Finishes the records, the dead ones after they are durable as dead letters. False when the partition stopped before. */
  async settle(buffer: PartitionBuffer, results: readonly RecordResult[]): Promise<boolean> {
    // A dead letter of a dead letter would come back to the reader of that topic for ever, so it stays where it is.
    const readsDeadLetters = buffer.topic.name === topics.deadLetters.name;
    const letters = results.flatMap(({ record, outcome, attempts }) => {
      if (outcome.kind === 'done' || readsDeadLetters) return [];
      return [deadLetter(record, { ...this.#options, topic: buffer.name }, outcome.code, attempts)];
    });
    const [first] = results;
    if (first && letters.length > 0 && !(await this.#write(buffer, first.record, letters))) return false;
    for (const result of results) {
      buffer.finish(result.record);
      if (result.outcome.kind === 'dead') this.#report(buffer, result, result.outcome, readsDeadLetters);
    }
    return true;
  }

  async #write(buffer: PartitionBuffer, first: InRecord, letters: readonly OutRecord[]): Promise<boolean> {
    for (let retry = 0; ; retry++) {
      if (buffer.lost) return false;
      try {
        await this.#options.producer.sendMany(letters);
        if (retry > 0) this.#pauses.resume(buffer, first);
        return true;
      } catch (error) {
        const code = error instanceof RecordError ? 'KAFKA_REFUSED' : 'KAFKA_UNAVAILABLE';
        if (!(await this.#pauses.pause(buffer, first, retry, code, error as Error))) return false;
      }
    }
  }

  #report(
    buffer: PartitionBuffer,
    { record, attempts, error }: RecordResult,
    outcome: Outcome & { kind: 'dead' },
    isDeadLetter: boolean,
  ): void {
    const { stage, logger, observer } = this.#options;
    const fields = {
      topic: buffer.name,
      partition: record.partition,
      offset: record.offset,
      event_type: headerOf(record, 'ce_type'),
      tenant_id: headerOf(record, 'ce_tenantid'),
      error_code: outcome.code,
      attempts,
      reason: outcome.reason,
      ...errorFields(error),
    };
    if (isDeadLetter) {
      observer.consumerEvent('dead-letter-unread');
      logger.error(
        fields,
        'A record of the dead-letter topic could not be read. It stays there and is not listed.',
      );
      return;
    }
    observer.deadLettered(stage, outcome.code);
    logger.warn(fields, 'A record was written to the dead-letter topic.');
  }
}
