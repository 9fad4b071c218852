// The promise of one send() or sendMany(): kept when its last record is acknowledged, broken when its first one fails.

export class Ticket {
  readonly promise: Promise<void>;
  readonly deadlineAt: number;
  #open: number;
  #settled = false;
  #keep: () => void = () => undefined;
  #break: (error: Error) => void = () => undefined;
  readonly #onSettled: (ticket: Ticket) => void;

  constructor(records: number, deadlineAt: number, onSettled: (ticket: Ticket) => void) {
    this.#open = records;
    this.deadlineAt = deadlineAt;
    this.#onSettled = onSettled;
    this.promise = new Promise((resolve, reject) => {
      this.#keep = resolve;
      this.#break = reject;
    });
  }

  /** Nobody waits any more: what is still queued for it need not be sent. */
  get settled(): boolean {
    return this.#settled;
  }

  acknowledge(): void {
    this.#open -= 1;
    if (this.#open > 0 || this.#settled) return;
    this.#settled = true;
    this.#onSettled(this);
    this.#keep();
  }

  reject(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#onSettled(this);
    this.#break(error);
  }
}
