// Keeps statements that decide about order apart. An intake asks "is an older row of this key waiting outside memory?"; a
// change alters the answer: a row goes back to wait, due rows are claimed, claims are swept, slots move. Changes run one
// after another. Intakes never wait for a change; of one sink there is one at a time. Why the order of a key holds:
//
// 1. A row R of key k goes back to wait (Recorder), while an intake brings a later row N of k. From the moment that the
//    rows behind R are counted, k is closed (Lanes.close), and it stays so until every intake has ended that was under way
//    when R was written. N may come
//    - before k is closed: N is behind R in memory, and goes back with it;
//    - while k is closed: the intake may have seen R claimed, so N may be claimed. It goes back before that intake ends,
//      so the next intake finds N waiting. No other intake can see N claimed meanwhile, since there is one at a time;
//    - from an intake that began later: its statement sees R waiting, because the integration counts as one with rows
//      outside memory from before the statement that put R back until somebody asked the ledger after it.
// 2. Due rows are claimed (DueLoop), of integrations that are marked as having due rows. No intake that begins then claims
//    for those, and the claim begins when every intake has ended that began before: so no later row of a key gets into
//    memory before the rows that are claimed here. Changes exclude each other: a key has no row on its way back meanwhile.
// 3. A sweep frees what memory does not know. From before it begins until it has ended no intake claims anything (Lease),
//    and it begins when those have ended that did.
// 4. An integration is withheld, a slot is taken or let go: no intake that begins then claims for it, and those that may
//    have done so have ended before.

/** What is under way between the ledger and memory. */
export class OrderLock {
  private lastChange: Promise<unknown> = Promise.resolve();
  private readonly intakes = new Set<Promise<unknown>>();

  /** Runs at once, beside whatever else is under way. */
  shared<T>(fn: () => Promise<T>): Promise<T> {
    const result = fn();
    const ended = settled(result);
    this.intakes.add(ended);
    void ended.then(() => this.intakes.delete(ended));
    return result;
  }

  /** Runs when the changes before it have ended, whatever intakes do. */
  serial<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.lastChange.then(fn);
    this.lastChange = settled(result);
    return result;
  }

  /** A change that begins when every intake has ended that began before. Those that begin later do not wait for it. */
  exclusive<T>(fn: () => Promise<T>): Promise<T> {
    return this.serial(async () => {
      await this.sharedEnded();
      return fn();
    });
  }

  /** Resolves when every intake that is under way now has ended. */
  async sharedEnded(): Promise<void> {
    await Promise.all(this.intakes);
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
