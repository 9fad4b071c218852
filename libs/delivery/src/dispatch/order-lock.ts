// Keeps apart the statements that decide which row of a key goes out first. Intakes look for older rows of a key outside
// memory; changes alter what they find. Changes run one at a time, and intakes never wait for a change. In this process each
// sink has one intake at a time. Why the order of a key holds: docs/order.md.

/** Runs intakes at once, and changes one after the other; a change can also wait for the intakes that began before it. */
export class OrderLock {
  private lastChange: Promise<unknown> = Promise.resolve();
  private readonly intakes = new Set<Promise<unknown>>();

  /** An intake: runs at once, whatever else is in flight. */
  intake<T>(fn: () => Promise<T>): Promise<T> {
    const result = fn();
    const ended = settled(result);
    this.intakes.add(ended);
    void ended.then(() => this.intakes.delete(ended));
    return result;
  }

  /** A change that runs when the changes before it have ended. It does not wait for intakes. */
  change<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.lastChange.then(fn);
    this.lastChange = settled(result);
    return result;
  }

  /** A change that also waits for all intakes that began before it. Intakes that begin later do not wait for it. */
  changeAfterIntakes<T>(fn: () => Promise<T>): Promise<T> {
    return this.change(async () => {
      await this.intakesEnded();
      return fn();
    });
  }

  /** Resolves when all intakes that are in flight now have ended. */
  async intakesEnded(): Promise<void> {
    await Promise.all(this.intakes);
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
