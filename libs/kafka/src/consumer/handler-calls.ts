// Calls handlers and waits out infrastructure failures. It also measures the calls, for metrics and for liveness.
import { headerOf, type InRecord } from '../records.ts';
import { callHandler, type HandlerCall, type HandlerFailure } from './call-handler.ts';
import type { ConsumerObserver } from './observer.ts';
import type { Outcome } from './outcome.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import type { Pauses } from './pauses.ts';

/** One outcome per record, or a failure that is not an infrastructure failure. */
export type CallResult = { readonly outcomes: readonly Outcome[] } | { readonly failure: HandlerFailure };

export class HandlerCalls {
  readonly #pauses: Pauses;
  readonly #observer: ConsumerObserver;
  readonly #running = new Set<{ readonly since: number }>();

  constructor(pauses: Pauses, observer: ConsumerObserver) {
    this.#pauses = pauses;
    this.#observer = observer;
  }

  /** How long the longest call in progress has been running. */
  get longestMs(): number {
    return Math.max(0, ...[...this.#running].map(({ since }) => performance.now() - since));
  }

  /** Calls the handler until no infrastructure failure is in the way; undefined when the partition stopped meanwhile. */
  async call(
    buffer: PartitionBuffer,
    records: readonly InRecord[],
    handler: HandlerCall,
  ): Promise<CallResult | undefined> {
    const first = records[0] as InRecord;
    for (let retry = 0; ; retry++) {
      const started = { since: performance.now() };
      this.#running.add(started);
      const result = await callHandler(handler, records);
      this.#running.delete(started);
      if ('outcomes' in result) {
        if (retry > 0) this.#pauses.resume(buffer, first);
        this.#observe(buffer, records, (performance.now() - started.since) / 1000);
        return result;
      }
      const { kind, code, error } = result.failure;
      if (kind !== 'infrastructure') return result;
      if (!(await this.#pauses.pause(buffer, first, retry, code, error))) return undefined;
    }
  }

  #observe(buffer: PartitionBuffer, records: readonly InRecord[], seconds: number): void {
    const [first] = records;
    const type = records.length === 1 && first ? headerOf(first, 'ce_type') : undefined;
    this.#observer.processed(buffer.topic.name, type, seconds, records.length);
  }
}
