// Limits concurrent calls. The waiting line is bounded, and each caller waits at most for its own time.

/** Turns of one key. */
export class Turns {
  private running = 0;
  private readonly line = new Set<() => void>();

  /** `most` have a turn at a time, `longest` wait for one. */
  constructor(
    private readonly most: number,
    private readonly longest: number,
  ) {}

  /** True when it is one's turn, which must be given back; false when the line was full or `signal` ended the waiting. */
  take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.running < this.most) {
      this.running += 1;
      return Promise.resolve(true);
    }
    if (this.line.size >= this.longest) return Promise.resolve(false);
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.line.delete(go);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.line.add(go);
    });
  }

  /** Gives a turn back: the next in line has it. */
  give(): void {
    const [next] = this.line;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    this.line.delete(next);
    next();
  }
}
