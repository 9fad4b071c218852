// The steps of one attempt. A step that an earlier attempt finished returns its stored result; a new result is stored before
// the sink goes on. Each write gets the key of the step that it is made in.
import { type LedgerRow, type StepStore, sanitizedJson, sanitizeText } from '@switchboard/ledger';
import { type DeliveryOutcome, isOutcome, type SinkHttp } from '@switchboard/sink';
import { CallKeys, type FirstWrite } from './idempotency.ts';

/** The row stores its first write among its steps. Names with `#` belong to the runtime. */
const FIRST_WRITE = '#first-write';

/** The steps of one attempt at one delivery. */
export class Steps {
  readonly keys: CallKeys;
  private readonly done: Record<string, unknown>;
  private readonly running: string[] = [];

  constructor(
    private readonly row: LedgerRow,
    deliveryKey: string,
    private readonly store: Pick<StepStore, 'store'>,
  ) {
    this.done = { ...row.steps };
    this.keys = new CallKeys(deliveryKey, this.done[FIRST_WRITE] as FirstWrite | undefined);
  }

  /** The step that a call is made in; empty outside of steps. Throws RangeError when several steps are running. */
  current(): string {
    if (this.running.length > 1) {
      throw new RangeError('calling: several steps are running; in each step use the HTTP that it is given');
    }
    return this.running[0] ?? '';
  }

  /** Runs a step, or returns its stored result. `httpOf` makes the HTTP of a step. */
  async run<T>(
    given: string,
    fn: (http: SinkHttp) => Promise<T | DeliveryOutcome>,
    httpOf: (name: string) => SinkHttp,
  ): Promise<T | DeliveryOutcome> {
    const name = sanitizeText(given);
    if (Object.hasOwn(this.done, name)) return this.done[name] as T;
    this.running.push(name);
    try {
      const result = await fn(httpOf(name));
      if (isOutcome(result)) return result;
      // This attempt goes on with what a later one will read: JSON without undefined, dates and NUL.
      const stored = result === undefined ? null : (JSON.parse(sanitizedJson(result)) as T);
      await this.store.store(this.row, { [name]: stored, ...this.firstWrite() });
      this.done[name] = stored;
      return stored as T;
    } finally {
      this.running.splice(this.running.indexOf(name), 1);
    }
  }

  /**
   * The first write, to be stored with the result of a step. When this attempt has made no write, an earlier one may have
   * made one whose answer was lost; that write used the delivery's own key. A row that was just taken in had no earlier
   * attempt.
   */
  private firstWrite(): Readonly<Record<string, FirstWrite>> {
    if (Object.hasOwn(this.done, FIRST_WRITE)) return {};
    if (this.row.isNew !== true) this.keys.close();
    const { firstWrite } = this.keys;
    return firstWrite === undefined ? {} : { [FIRST_WRITE]: firstWrite };
  }
}
