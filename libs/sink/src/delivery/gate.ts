// Keeps statements that decide about order apart. Taking events in (shared, many at once) asks "is an older row of this
// key waiting?"; putting a row back to wait, claiming due rows and sweeping (exclusive) change the answer. Both include
// what follows in memory, so that memory and ledger agree whenever the gate is free.

/** A lock with readers and writers, first come first served. */
export class Gate {
  private lastExclusive: Promise<unknown> = Promise.resolve();
  private readonly shared = new Set<Promise<unknown>>();

  /** Runs together with other passages, never together with `alone`. */
  together<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.lastExclusive.then(fn);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.shared.add(settled);
    void settled.then(() => this.shared.delete(settled));
    return result;
  }

  /** Runs when everything that came before is through, and holds up everything that comes after. */
  alone<T>(fn: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.lastExclusive, ...this.shared]).then(fn);
    this.lastExclusive = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}
