// The steps of one attempt: results of earlier attempts are given back, new ones are stored before the sink goes on, and
// each write knows the step that it is made in.
import { type LedgerRow, type StepStore, storableJson, storableText } from '@switchboard/ledger';
import { type DeliveryOutcome, isOutcome, type SinkHttp } from '@switchboard/sink';
import { CallKeys, type FirstWrite } from './call-keys.ts';

/** Where a row keeps what its first write was, among its steps, under a name of ours. */
const FIRST_WRITE = '#first-write';

/** The steps of one attempt at one delivery. */
export class Steps {
  readonly keys: CallKeys;
  private readonly done: Record<string, unknown>;
  private readonly running: string[] = [];

  constructor(
    private readonly row: LedgerRow,
    key: string,
    private readonly store: Pick<StepStore, 'store'>,
  ) {
    this.done = { ...row.steps };
    this.keys = new CallKeys(key, this.done[FIRST_WRITE] as FirstWrite | undefined);
  }

  /**
   * The step that a call is made in; empty outside of steps. Throws RangeError where several are running: such a call says
   * which it is of by the HTTP that the step was given.
   */
  current(): string {
    if (this.running.length > 1) {
      throw new RangeError(
        'calling: several steps are running; call with the HTTP that each of them is given',
      );
    }
    return this.running[0] ?? '';
  }

  /** Runs a step, or gives back what it came to in an earlier attempt. `httpOf` binds calls to it. */
  async run<T>(
    given: string,
    fn: (http: SinkHttp) => Promise<T | DeliveryOutcome>,
    httpOf: (name: string) => SinkHttp,
  ): Promise<T | DeliveryOutcome> {
    const name = storableText(given);
    if (Object.hasOwn(this.done, name)) return this.done[name] as T;
    this.running.push(name);
    try {
      const result = await fn(httpOf(name));
      if (isOutcome(result)) return result;
      // What a later attempt will read is what this one goes on with: JSON, no undefined, no dates, no NUL.
      const stored = result === undefined ? null : (JSON.parse(storableJson(result)) as T);
      await this.store.store(this.row, { [name]: stored, ...this.firstWrite() });
      this.done[name] = stored;
      return stored as T;
    } finally {
      this.running.splice(this.running.indexOf(name), 1);
    }
  }

  /**
   * What is stored of the first write with the result of a step. The step may have made a write in an earlier attempt
   * whose answer was lost, and none in this one: the delivery's own key is used up then. A row that has just been taken in
   * had no earlier attempt.
   */
  private firstWrite(): Readonly<Record<string, FirstWrite>> {
    if (Object.hasOwn(this.done, FIRST_WRITE)) return {};
    if (this.row.isFresh !== true) this.keys.close();
    const { firstWrite } = this.keys;
    return firstWrite === undefined ? {} : { [FIRST_WRITE]: firstWrite };
  }
}
