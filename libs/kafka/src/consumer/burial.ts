// The end of records: finished, or on the dead-letter topic first. What is not durable there is not finished.
import { type Logger, RecordError, topics } from '@switchboard/contracts';
import type { KafkaProducer } from '../producer/producer.ts';
import { headerOf, type InRecord, type OutRecord } from '../records.ts';
import { errorFields } from './calls.ts';
import { deadLetter } from './dead-letter.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';
import type { Outcome } from './outcome.ts';
import type { Pauses } from './pauses.ts';

export interface BurialOptions {
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  readonly group: string;
  readonly producer: KafkaProducer;
  readonly observer: ConsumerObserver;
  readonly logger: Logger;
}

/** What was decided of a record, and after how many calls. */
export interface Verdict {
  readonly record: InRecord;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly error?: Error;
}

export class Burial {
  readonly #options: BurialOptions;
  readonly #pauses: Pauses;

  constructor(options: BurialOptions, pauses: Pauses) {
    this.#options = options;
    this.#pauses = pauses;
  }

  /** Finishes the records; the dead ones are kept first. False when the lane stopped before they were. */
  async settle(lane: Lane, verdicts: readonly Verdict[]): Promise<boolean> {
    // A dead letter of a dead letter would come back to its reader, for ever: it stays where it is.
    const readsLetters = lane.topic.name === topics.deadLetters.name;
    const letters = verdicts.flatMap(({ record, outcome, attempts }) => {
      if (outcome.kind === 'done' || readsLetters) return [];
      return [deadLetter(record, { ...this.#options, topic: lane.name }, outcome.code, attempts)];
    });
    const [first] = verdicts;
    if (first && letters.length > 0 && !(await this.#keep(lane, first.record, letters))) return false;
    for (const verdict of verdicts) {
      lane.finish(verdict.record);
      if (verdict.outcome.kind === 'dead') this.#report(lane, verdict, verdict.outcome, readsLetters);
    }
    return true;
  }

  async #keep(lane: Lane, first: InRecord, letters: readonly OutRecord[]): Promise<boolean> {
    for (let retry = 0; ; retry++) {
      if (lane.lost) return false;
      try {
        await this.#options.producer.sendMany(letters);
        if (retry > 0) this.#pauses.over(lane, first);
        return true;
      } catch (error) {
        const code = error instanceof RecordError ? 'KAFKA_REFUSED' : 'KAFKA_UNAVAILABLE';
        if (!(await this.#pauses.pause(lane, first, retry, code, error as Error))) return false;
      }
    }
  }

  #report(
    lane: Lane,
    { record, attempts, error }: Verdict,
    outcome: Outcome & { kind: 'dead' },
    stays: boolean,
  ): void {
    const { stage, logger, observer } = this.#options;
    const fields = {
      topic: lane.name,
      partition: record.partition,
      offset: record.offset,
      event_type: headerOf(record, 'ce_type'),
      tenant_id: headerOf(record, 'ce_tenantid'),
      error_code: outcome.code,
      attempts,
      reason: outcome.reason,
      ...errorFields(error),
    };
    if (stays) {
      observer.consumerEvent('dead-letter-unread');
      logger.error(fields, 'A record of the dead-letter topic could not be read and stays there unlisted.');
      return;
    }
    observer.deadLettered(stage, outcome.code);
    logger.warn(fields, 'A record was put on the dead-letter topic.');
  }
}
