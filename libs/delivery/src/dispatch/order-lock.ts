// Orders the statements that decide which row of a key goes out first. An intake asks: "does an older row of this key wait
// outside memory?" A change alters the answer: a row goes back to wait, due rows are claimed, claims are swept, slots move.
// Changes run one at a time. Intakes never wait for a change. Each sink has one intake at a time. Why the order of a key
// holds:
//
// 1. A row R of key k goes back to wait (Recorder), while an intake brings a later row N of k. Key k is closed (Lanes.close)
//    before the rows behind R are listed. It stays closed until all intakes have ended that were in flight when R was
//    written. N may come
//    - before k is closed: N is behind R in memory and goes back together with R;
//    - while k is closed: the intake may have seen R claimed, so N may be claimed. N is released before that intake ends, so
//      the next intake finds N waiting. No other intake can see N claimed in between, because there is one at a time;
//    - from an intake that began later: its statement sees R waiting. It looks for R because the integration counts as one
//      with rows outside memory (Backlog). That begins before the statement that puts R back, and ends only when the ledger
//      was asked after it.
// 2. Due rows are claimed (DueLoop), only of integrations whose backlog is `due`. An intake that begins then claims nothing
//    for those integrations. The claim begins when all intakes that began before it have ended. So no later row of a key
//    enters memory before the rows that are claimed here. Changes exclude each other, so no row of the key is on its way
//    back at the same time.
// 3. A sweep frees claimed rows that are not in memory. From before it begins until it has ended no intake claims anything
//    (Lease). It begins when all intakes have ended that may have claimed.
// 4. An integration is suspended, or a slot is taken or released. An intake that begins then claims nothing for it. The
//    intakes that may have claimed for it have ended before.

/** Keeps intakes and changes in the order that is described above. */
export class OrderLock {
  private lastChange: Promise<unknown> = Promise.resolve();
  private readonly intakes = new Set<Promise<unknown>>();

  /** An intake: runs at once, whatever else is in flight. */
  shared<T>(fn: () => Promise<T>): Promise<T> {
    const result = fn();
    const ended = settled(result);
    this.intakes.add(ended);
    void ended.then(() => this.intakes.delete(ended));
    return result;
  }

  /** A change that runs when the changes before it have ended. It does not wait for intakes. */
  serial<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.lastChange.then(fn);
    this.lastChange = settled(result);
    return result;
  }

  /** A change that also waits for all intakes that began before it. Intakes that begin later do not wait for it. */
  exclusive<T>(fn: () => Promise<T>): Promise<T> {
    return this.serial(async () => {
      await this.sharedEnded();
      return fn();
    });
  }

  /** Resolves when all intakes that are in flight now have ended. */
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
