// What becomes of records: tried, waited for, found at fault, buried. Nothing a handler throws gets past here, because
// an error that reaches kafkajs stops the consumer or makes it repeat one batch for ever.
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import type { KafkaProducer } from '../producer/producer.ts';
import { headerOf, type InRecord } from '../records.ts';
import { backoff, wait } from '../wait.ts';
import { refusal } from './admit.ts';
import { deadLetter } from './dead-letter.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';
import { dead, isOutcome, type Outcome } from './outcome.ts';
import type { RecordHandler } from './work.ts';

export interface AttemptOptions {
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  readonly group: string;
  /** How often a record's own fault is tried before it is a dead letter. */
  readonly maxAttempts: number;
  readonly producer: KafkaProducer;
  readonly observer: ConsumerObserver;
  readonly logger: Logger;
}

/** A handler seen from here: records of one partition in, as many outcomes out. */
export type Call = (records: readonly InRecord[]) => Promise<readonly Outcome[]>;

/** The outcome of a record that must not reach the handler. */
type Refuse = (record: InRecord) => Outcome | undefined;

interface Verdict {
  readonly record: InRecord;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly error?: Error;
}

/** What a handler said of a single record: an outcome (unless it broke its word), or what it threw. */
interface Answer {
  readonly outcome: Outcome | undefined;
  readonly error: unknown;
  readonly seconds: number;
}

/** The handler threw, or returned what is no outcome. */
class Fault {
  readonly error: Error;
  constructor(error: unknown) {
    this.error =
      error instanceof Error ? error : new TypeError(`a handler threw ${typeof error}, not an Error`);
  }
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

export class Attempts {
  readonly #options: AttemptOptions;
  readonly #calls = new Set<{ readonly since: number }>();

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** For how long the longest running handler call has been at it. */
  get longestCallMs(): number {
    return Math.max(0, ...[...this.#calls].map(({ since }) => performance.now() - since));
  }

  /**
   * Brings records of one lane to their end, in order. Records not finished on return are those of a lane that
   * stopped: they are not committed and will be read again.
   */
  async handle(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
    refuse: Refuse = refusal,
  ): Promise<void> {
    const verdicts: Verdict[] = [];
    const admitted: InRecord[] = [];
    for (const record of records) {
      const outcome = refuse(record);
      if (outcome === undefined) admitted.push(record);
      else verdicts.push({ record, outcome, attempts: 0 });
    }
    if (admitted.length > 0) {
      const result = await this.#call(lane, admitted, call);
      if (result === undefined) return;
      if (result instanceof Fault)
        return this.#oneByOne(lane, records, call, refuse, records.length === 1 ? result : undefined);
      admitted.forEach((record, index) => {
        const outcome = result[index];
        if (outcome) verdicts.push({ record, outcome, attempts: 1 });
      });
    }
    await this.#settle(lane, verdicts);
  }

  /**
   * As handle(), for a record alone and without what only chunks need: the way of every record of a RecordHandler.
   */
  async one(lane: Lane, record: InRecord, handler: RecordHandler['handle']): Promise<void> {
    let first: Answer | undefined;
    if (refusal(record) === undefined) {
      first = await this.#ask(record, handler);
      if (first.outcome?.kind === 'done') {
        this.#observe(lane, [record], first.seconds);
        lane.finish(record);
        return;
      }
    }
    await this.handle(lane, [record], async () => {
      const answer = first;
      first = undefined;
      if (answer === undefined) return [await handler(record)];
      if (answer.outcome === undefined) throw answer.error;
      return [answer.outcome];
    });
  }

  async #ask(record: InRecord, handler: RecordHandler['handle']): Promise<Answer> {
    const started = { since: performance.now() };
    this.#calls.add(started);
    try {
      const outcome = await handler(record);
      return { outcome, error: undefined, seconds: (performance.now() - started.since) / 1000 };
    } catch (error) {
      return { outcome: undefined, error, seconds: 0 };
    } finally {
      this.#calls.delete(started);
    }
  }

  async #oneByOne(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
    refuse: Refuse,
    fault: Fault | undefined,
  ): Promise<void> {
    for (const record of records) {
      const refused = refuse(record);
      const verdict = refused
        ? { record, outcome: refused, attempts: 0 }
        : await this.#untilJudged(lane, record, call, fault);
      if (verdict === undefined || !(await this.#settle(lane, [verdict]))) return;
    }
  }

  async #untilJudged(lane: Lane, record: InRecord, call: Call, before?: Fault): Promise<Verdict | undefined> {
    const { maxAttempts } = this.#options;
    let fault = before;
    for (let attempts = before ? 1 : 0; attempts < maxAttempts; attempts++) {
      if (attempts > 0 && !(await wait(backoff(attempts - 1, FIRST_RETRY_MS, LONGEST_RETRY_MS), lane.signal)))
        return;
      const result = await this.#call(lane, [record], call);
      if (result === undefined) return undefined;
      if (result instanceof Fault) {
        fault = result;
        continue;
      }
      const [outcome] = result;
      if (outcome) return { record, outcome, attempts: attempts + 1 };
    }
    const outcome = dead('HANDLER_FAILED', 'the handler failed each time');
    return { record, outcome, attempts: maxAttempts, ...(fault ? { error: fault.error } : {}) };
  }

  /** Calls until the trouble, if it is our own, is over; undefined when the lane stopped meanwhile. */
  async #call(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
  ): Promise<readonly Outcome[] | Fault | undefined> {
    for (let retry = 0; ; retry++) {
      const started = { since: performance.now() };
      this.#calls.add(started);
      try {
        const outcomes = await call(records);
        if (retry > 0) this.#goesOn(lane, retry);
        checkOutcomes(outcomes, records.length);
        this.#observe(lane, records, (performance.now() - started.since) / 1000);
        return outcomes;
      } catch (error) {
        this.#calls.delete(started);
        if (!(error instanceof InfrastructureError)) return new Fault(error);
        if (!(await this.#pause(lane, retry, error.code, error))) return undefined;
      } finally {
        this.#calls.delete(started);
      }
    }
  }

  /** Dead letters first, for a finished record is never seen again. False when the lane stopped before they were kept. */
  async #settle(lane: Lane, verdicts: readonly Verdict[]): Promise<boolean> {
    const letters = verdicts.flatMap(({ record, outcome, attempts }) => {
      if (outcome.kind === 'done') return [];
      return [deadLetter(record, { ...this.#options, topic: lane.name }, outcome.code, attempts)];
    });
    for (let retry = 0; letters.length > 0; retry++) {
      if (lane.lost) return false;
      try {
        await this.#options.producer.sendMany(letters);
        if (retry > 0) this.#goesOn(lane, retry);
        break;
      } catch (error) {
        if (!(await this.#pause(lane, retry, 'KAFKA_UNAVAILABLE', error as Error))) return false;
      }
    }
    for (const verdict of verdicts) {
      lane.finish(verdict.record);
      if (verdict.outcome.kind === 'dead') this.#reportDead(lane, verdict, verdict.outcome);
    }
    return true;
  }

  #pause(lane: Lane, retry: number, code: string, error: Error): Promise<boolean> {
    if (retry === 0) {
      this.#options.observer.paused(code);
      const fields = { topic: lane.name, partition: lane.partition, code, error_message: error.message };
      this.#options.logger.warn(
        fields,
        'A partition waits because of trouble that is not its records’ fault.',
      );
    }
    return wait(backoff(retry, FIRST_RETRY_MS, LONGEST_RETRY_MS), lane.signal);
  }

  #goesOn(lane: Lane, retries: number): void {
    const fields = { topic: lane.name, partition: lane.partition, retries };
    this.#options.logger.info(fields, 'A partition that waited goes on.');
  }

  #observe(lane: Lane, records: readonly InRecord[], seconds: number): void {
    const [first] = records;
    const type = records.length === 1 && first ? headerOf(first, 'ce_type') : undefined;
    this.#options.observer.processed(lane.topic.name, type, seconds, records.length);
  }

  #reportDead(lane: Lane, { record, attempts, error }: Verdict, outcome: Outcome & { kind: 'dead' }): void {
    const { stage, logger, observer } = this.#options;
    observer.deadLettered(stage, outcome.code);
    const fields = {
      topic: lane.name,
      partition: record.partition,
      offset: record.offset,
      event_type: headerOf(record, 'ce_type'),
      tenant_id: headerOf(record, 'ce_tenantid'),
      error_code: outcome.code,
      attempts,
      reason: outcome.reason,
      error_name: error?.name,
      // V8 quotes the text it cannot parse, and that is somebody's conversation.
      error_message: error instanceof SyntaxError ? undefined : error?.message,
      stack: error?.stack?.split('\n').filter((line) => line.startsWith('    at ')),
    };
    logger.warn(fields, 'A record was put on the dead-letter topic.');
  }
}

function checkOutcomes(outcomes: readonly Outcome[], records: number): void {
  if (!Array.isArray(outcomes) || outcomes.length !== records || !outcomes.every(isOutcome)) {
    const got = Array.isArray(outcomes) ? `${outcomes.length} values` : typeof outcomes;
    throw new TypeError(`a handler of ${records} records must return as many outcomes; it returned ${got}`);
  }
}
