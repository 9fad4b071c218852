// Order per key while different keys run side by side, for one lane.
import type { InRecord } from '../records.ts';

export class KeyedQueue {
  readonly #source: () => InRecord | undefined;
  /** Keys being worked on, each with the records of the same key that came after. */
  readonly #busy = new Map<string, InRecord[]>();
  readonly #ready: InRecord[] = [];

  /** @param source gives the lane's records in their order */
  constructor(source: () => InRecord | undefined) {
    this.#source = source;
  }

  /** A record whose key nobody works on; its key is taken until release(). */
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

  /** The record is finished: the next one of its key may be taken. */
  release(record: InRecord): void {
    if (record.key === null) return;
    const key = record.key.toString('latin1');
    const next = this.#busy.get(key)?.shift();
    if (next === undefined) this.#busy.delete(key);
    else this.#ready.push(next);
  }
}
