// Many callers, one write at a time: what arrives while a write is under way is the next batch, so a busy moment makes
// large batches by itself. A lone item is written at once, unless its writer may linger.

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Collects items into batches. `add` settles as the write of its batch does. */
export class BatchWriter<T> {
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly write: (items: T[]) => Promise<void>,
    private readonly options: {
      readonly maxItems: number;
      /**
       * Whether an item may be written only after everything added before it. Then a batch that fails takes along what
       * is queued behind it: its callers add it again, after what failed.
       */
      readonly inOrder: boolean;
      /** How long a batch that is not full waits for more, where nobody is in a hurry; default 0. */
      readonly lingerMs?: number;
    },
  ) {}

  /** Resolves when the batch with this item is written, rejects with what the write of it, or of one before it, threw. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /** Resolves when nothing is waiting or being written. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async drain(): Promise<void> {
    // Items added in the same turn of the event loop belong together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      await this.linger();
      const batch = this.waiting.splice(0, this.options.maxItems);
      try {
        await this.write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const behind = this.options.inOrder ? this.waiting.splice(0) : [];
        for (const { reject } of [...batch, ...behind]) reject(error);
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
