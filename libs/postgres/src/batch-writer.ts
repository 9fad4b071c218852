// Collects items of many callers into batches, one write at a time. Items that arrive during a write form the next batch,
// so batches grow with the load. A single item is written at once, unless lingering is allowed.

interface WaitingItem<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class BatchWriter<T> {
  private waiting: WaitingItem<T>[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly write: (items: T[]) => Promise<void>,
    private readonly options: {
      readonly maxItems: number;
      /**
       * Whether an item must be written after all items added before it. Then a failed batch also fails the items queued
       * after it, and their callers must add them again, after the failed ones.
       */
      readonly inOrder: boolean;
      /** How long a batch that is not full waits for more items; default 0. */
      readonly lingerMs?: number;
    },
  ) {}

  /** Resolves when the batch with this item is written. Rejects with the error of its write, or of one before it. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /** Resolves when no item is waiting or being written. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async drain(): Promise<void> {
    // Items added in the same turn of the event loop go into one batch.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      await this.linger();
      const batch = this.waiting.splice(0, this.options.maxItems);
      try {
        await this.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const after = this.options.inOrder ? this.waiting.splice(0) : [];
        for (const { reject } of [...batch, ...after]) reject(error);
      }
    }
    this.running = undefined;
  }

  private async linger(): Promise<void> {
    const { maxItems, lingerMs = 0 } = this.options;
    if (lingerMs === 0 || this.waiting.length >= maxItems) return;
    await new Promise((resolve) => setTimeout(resolve, lingerMs));
  }
}
