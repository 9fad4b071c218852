// What becomes of records: tried, waited for, found at fault, buried. Nothing a handler throws gets past here, because
// an error that reaches kafkajs stops the consumer or makes it repeat one batch for ever. A failure is infrastructure's,
// and repeated, until it is proven to be about the record: by its class (RecordError), or by the others (evidence.ts).
import type { Logger } from '@switchboard/contracts';
import type { KafkaProducer } from '../producer/producer.ts';
import { headerOf, type InRecord } from '../records.ts';
import { refusal } from './admit.ts';
import { Burial, type Verdict } from './burial.ts';
import { type Call, callHandler, type Failure } from './calls.ts';
import { Evidence, type Suspect } from './evidence.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';
import { dead, type Outcome } from './outcome.ts';
import { Pauses, type Trouble } from './pauses.ts';
import type { RecordHandler } from './work.ts';

export interface AttemptOptions {
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  readonly group: string;
  /** How often a record must have failed, at least, before others can prove that it is at fault. */
  readonly maxAttempts: number;
  readonly producer: KafkaProducer;
  readonly observer: ConsumerObserver;
  readonly logger: Logger;
}

/** The outcome of a record that must not reach the handler. */
type Refuse = (record: InRecord) => Outcome | undefined;

/** How records that fail are dealt with. */
interface Manner {
  readonly refuse: Refuse;
  /** Another record of the partition, to see whether it fails as well. */
  readonly another: () => InRecord | undefined;
  /** Told of each pause; resolves as it does. */
  readonly during: (pause: Promise<boolean>) => Promise<boolean>;
}

export class Attempts {
  readonly #options: AttemptOptions;
  readonly #pauses: Pauses;
  readonly #burial: Burial;
  readonly #evidence = new Map<string, Evidence>();
  readonly #calls = new Set<{ readonly since: number }>();
  #progressedAt = performance.now();

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.observer, options.logger);
    this.#burial = new Burial(options, this.#pauses);
  }

  /** For how long the longest running handler call has been at it. */
  get longestCallMs(): number {
    return Math.max(0, ...[...this.#calls].map(({ since }) => performance.now() - since));
  }

  /** The trouble for which a record waits longest; undefined when none waits. */
  get trouble(): Trouble | undefined {
    return this.#pauses.longest;
  }

  /** When records were last finished, by performance.now(). */
  get progressedAt(): number {
    return this.#progressedAt;
  }

  /**
   * Brings records of one lane to their end, in order per key. Records not finished on return are those of a lane that
   * stopped: they are not committed and will be read again.
   */
  async handle(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
    refuse: Refuse = refusal,
  ): Promise<void> {
    const manner: Manner = { refuse, another: () => lane.next(), during: (pause) => pause };
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
      if ('failure' in result) return this.#eachAlone(lane, records, call, manner, result.failure);
      admitted.forEach((record, index) => {
        const outcome = result.outcomes[index];
        if (outcome) verdicts.push({ record, outcome, attempts: 1 });
      });
      this.#evidenceOf(lane).handled();
    }
    await this.#settle(lane, verdicts);
  }

  /**
   * As handle(), for a record alone and without what only chunks need: the way of every record of a RecordHandler. Those
   * of other keys go on meanwhile, called by whoever calls this.
   * @param during told of each pause after a failure that nobody has classified; resolves as it does
   */
  async one(
    lane: Lane,
    record: InRecord,
    handler: RecordHandler['handle'],
    during: Manner['during'] = (pause) => pause,
  ): Promise<void> {
    const call: Call = async () => [await handler(record)];
    const manner: Manner = { refuse: refusal, another: () => undefined, during };
    if (refusal(record) !== undefined) return this.#eachAlone(lane, [record], call, manner);
    const result = await this.#call(lane, [record], call);
    if (result === undefined) return;
    if ('failure' in result) return this.#eachAlone(lane, [record], call, manner, result.failure);
    this.#evidenceOf(lane).handled();
    const [outcome] = result.outcomes;
    if (outcome?.kind === 'done') {
      this.#progressedAt = performance.now();
      lane.finish(record);
    } else if (outcome) await this.#settle(lane, [{ record, outcome, attempts: 1 }]);
  }

  /**
   * One after the other, after they failed together. One that fails holds back those of its key alone, until it is proven
   * whose fault it is. After a failure comes a pause, which grows until something goes through again.
   * @param failure of the only record, which was called alone already
   */
  async #eachAlone(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
    { refuse, another, during }: Manner,
    failure?: Failure,
  ): Promise<void> {
    const open = new Set(records);
    const suspects = new Map<InRecord, Suspect>();
    let known = records.length === 1 ? failure : undefined;
    let inARow = 0;
    let allFine = true;
    while (open.size > 0) {
      const held = new Set<string>();
      for (const record of open) {
        const key = record.key?.toString('latin1');
        if (key !== undefined && held.has(key)) continue;
        const refused = refuse(record);
        const tried = refused
          ? { record, outcome: refused, attempts: 0 }
          : await this.#try(lane, record, call, suspects, known);
        known = undefined;
        if (tried === undefined) return;
        if ('outcome' in tried) {
          if (tried.attempts > 0 && tried.error === undefined) inARow = 0;
          if (!(await this.#settle(lane, [tried]))) return;
          this.#pauses.over(lane, record);
          open.delete(record);
          continue;
        }
        allFine = false;
        if (key !== undefined) held.add(key);
        if (!(await during(this.#pauses.pause(lane, record, inARow, tried.code, tried.error)))) return;
        inARow += 1;
      }
      const next = open.size > 0 ? another() : undefined;
      if (next !== undefined) open.add(next);
    }
    // Together they failed, alone none did: nothing was wrong with them.
    if (allFine && records.length > 1 && failure?.kind === 'unknown') this.#evidenceOf(lane).healed();
  }

  /** One call of a record alone: a verdict, or a failure that is not proven to be its own; undefined when the lane stopped. */
  async #try(
    lane: Lane,
    record: InRecord,
    call: Call,
    suspects: Map<InRecord, Suspect>,
    known: Failure | undefined,
  ): Promise<Verdict | Failure | undefined> {
    const evidence = this.#evidenceOf(lane);
    const suspect = suspects.get(record);
    const result = known ? { failure: known } : await this.#call(lane, [record], call);
    if (result === undefined) return undefined;
    const failures = suspect?.failures ?? 0;
    if ('outcomes' in result) {
      const [outcome] = result.outcomes;
      if (suspect) evidence.healed();
      else evidence.handled();
      return { record, outcome: outcome as Outcome, attempts: failures + 1 };
    }
    const { failure } = result;
    if (failure.kind === 'record') {
      const outcome = dead(failure.code, 'the handler says that it can never be processed');
      return { record, outcome, attempts: failures + 1, error: failure.error };
    }
    const now = suspect ?? { since: performance.now(), failures: 0 };
    now.failures += 1;
    suspects.set(record, now);
    if (!evidence.isAgainst(now)) return failure;
    const outcome = dead('HANDLER_FAILED', 'the handler failed each time, and others were handled meanwhile');
    return { record, outcome, attempts: now.failures, error: failure.error };
  }

  /** Calls until infrastructure is well again; undefined when the lane stopped meanwhile. */
  async #call(
    lane: Lane,
    records: readonly InRecord[],
    call: Call,
  ): Promise<{ readonly outcomes: readonly Outcome[] } | { readonly failure: Failure } | undefined> {
    const first = records[0] as InRecord;
    for (let retry = 0; ; retry++) {
      const started = { since: performance.now() };
      this.#calls.add(started);
      const result = await callHandler(call, records);
      this.#calls.delete(started);
      if ('outcomes' in result) {
        if (retry > 0) this.#pauses.over(lane, first);
        this.#observe(lane, records, (performance.now() - started.since) / 1000);
        return result;
      }
      const { kind, code, error } = result.failure;
      if (kind !== 'infrastructure') return result;
      if (!(await this.#pauses.pause(lane, first, retry, code, error))) return undefined;
    }
  }

  async #settle(lane: Lane, verdicts: readonly Verdict[]): Promise<boolean> {
    const settled = await this.#burial.settle(lane, verdicts);
    if (settled) this.#progressedAt = performance.now();
    return settled;
  }

  #evidenceOf({ name }: Lane): Evidence {
    const known = this.#evidence.get(name) ?? new Evidence(this.#options.maxAttempts);
    this.#evidence.set(name, known);
    return known;
  }

  #observe(lane: Lane, records: readonly InRecord[], seconds: number): void {
    const [first] = records;
    const type = records.length === 1 && first ? headerOf(first, 'ce_type') : undefined;
    this.#options.observer.processed(lane.topic.name, type, seconds, records.length);
  }
}
