// The promise of one send() or sendMany(): it resolves when the last record is acknowledged, and rejects when the first
// one fails.

export class PendingSend {
  readonly promise: Promise<void>;
  /** By performance.now(). */
  readonly deadlineAt: number;
  #unacknowledged: number;
  #settled = false;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly #onSettled: (pending: PendingSend) => void;

  constructor(records: number, deadlineAt: number, onSettled: (pending: PendingSend) => void) {
    this.#unacknowledged = records;
    this.deadlineAt = deadlineAt;
    this.#onSettled = onSettled;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Nobody waits for it any more: its queued records need not be sent. */
  get settled(): boolean {
    return this.#settled;
  }

  /** One of its records is durable. */
  acknowledge(): void {
    this.#unacknowledged -= 1;
    if (this.#unacknowledged > 0 || this.#settled) return;
    this.#settled = true;
    this.#onSettled(this);
    this.#resolve();
  }

  reject(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#onSettled(this);
    this.#reject(error);
  }
}
