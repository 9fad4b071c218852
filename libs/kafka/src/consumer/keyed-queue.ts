// Keeps the order per key while records of different keys are processed in parallel, for one partition.
import type { InRecord } from '../records.ts';

export class KeyedQueue {
  readonly #source: () => InRecord | undefined;
  /** Keys in progress, each with the later records of that key. */
  readonly #busy = new Map<string, InRecord[]>();
  readonly #ready: InRecord[] = [];

  /** @param source takes the partition's records in their order */
  constructor(source: () => InRecord | undefined) {
    this.#source = source;
  }

  /** Takes a record whose key is not in progress; the key is in progress until release(). */
  take(): InRecord | undefined {
    const ready = this.#ready.shift();
    if (ready !== undefined) return ready;
    for (let record = this.#source(); record !== undefined; record = this.#source()) {
      if (record.key === null) return record;
      const key = record.key.toString('latin1');
      const waiting = this.#busy.get(key);
      if (waiting === undefined) {
        this.#busy.set(key, []);
        return record;
      }
      waiting.push(record);
    }
    return undefined;
  }

  /** The record is finished: the next record of its key may be taken. */
  release(record: InRecord): void {
    if (record.key === null) return;
    const key = record.key.toString('latin1');
    const next = this.#busy.get(key)?.shift();
    if (next === undefined) this.#busy.delete(key);
    else this.#ready.push(next);
  }
}
