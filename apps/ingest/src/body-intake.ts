// Reads request bodies within a budget of bytes: bytes count when they arrive, not when they are announced. A body that
// stops arriving is cut off, so idle connections take no room from others.
import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

/** Why a body was not read. */
export type BodyFault = 'too_large' | 'too_slow' | 'busy' | 'broken_off';

/** Called once: with the body and a function that gives its bytes back to the budget, or with what went wrong. */
export type OnBody = (fault: BodyFault | undefined, body?: Buffer, release?: () => void) => void;

export interface IntakeOptions {
  readonly budget: ByteBudget;
  /** Largest body, in bytes. */
  readonly bodyLimit: number;
  /** Limit of bytes in unfinished bodies of one address; above it the body that has been idle longest is cut off. */
  readonly sourceBytes: number;
}

/** A body that sends nothing for so long is cut off. */
const IDLE_MS = 5_000;
/** The same while the budget is used up. */
const IDLE_WITHOUT_ROOM_MS = 500;
const SWEEP_MS = 500;

/** A body that is being read. */
class Arriving {
  readonly chunks: Buffer[] = [];
  bytes = 0;
  /** By performance.now(). */
  lastAt = performance.now();
  readonly #sourceOf: () => string;
  #source: string | undefined;

  constructor(sourceOf: () => string) {
    this.#sourceOf = sourceOf;
  }

  /** The source address; computed only when bytes are scarce. */
  get source(): string {
    this.#source ??= this.#sourceOf();
    return this.#source;
  }

  /** Set when reading begins. */
  fail: (fault: BodyFault) => void = () => undefined;
}

/** Reads all bodies of this process. */
export class BodyIntake {
  readonly #options: IntakeOptions;
  /** In the order of their last bytes: the longest idle first. */
  readonly #arriving = new Set<Arriving>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#cutIdle(IDLE_MS), SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads a body to its end. */
  read(payload: IncomingMessage, sourceOf: () => string, done: OnBody): void {
    const { budget } = this.#options;
    const one = new Arriving(sourceOf);
    let open = true;
    const settle = (): boolean => {
      const first = open;
      open = false;
      this.#arriving.delete(one);
      return first;
    };
    one.fail = (fault) => {
      if (!settle()) return;
      budget.give(one.bytes);
      done(fault);
    };
    this.#arriving.add(one);
    // Further bytes of a body that was cut off are dropped; its connection ends with the response.
    payload.on('data', (chunk: Buffer) => {
      if (open) this.#take(one, chunk);
    });
    payload.on('end', () => {
      if (!settle()) return;
      const [first] = one.chunks;
      const body = one.chunks.length === 1 && first ? first : Buffer.concat(one.chunks, one.bytes);
      done(undefined, body, () => budget.give(body.length));
    });
    payload.on('close', () => one.fail('broken_off'));
  }

  #take(one: Arriving, chunk: Buffer): void {
    const { budget, bodyLimit, sourceBytes } = this.#options;
    if (one.bytes + chunk.length > bodyLimit) return one.fail('too_large');
    if (!budget.take(chunk.length)) {
      this.#cutIdle(IDLE_WITHOUT_ROOM_MS);
      if (!budget.take(chunk.length)) return one.fail('busy');
    }
    one.chunks.push(chunk);
    one.bytes += chunk.length;
    one.lastAt = performance.now();
    this.#arriving.delete(one);
    this.#arriving.add(one);
    // While all bodies together have less, no address can have more.
    if (budget.used > sourceBytes) this.#keepShareOf(one.source);
  }

  /** Cuts off the longest idle bodies of one address until it has its share or less. */
  #keepShareOf(source: string): void {
    const bodies = [...this.#arriving].filter((one) => one.bytes > 0 && one.source === source);
    let bytes = bodies.reduce((sum, one) => sum + one.bytes, 0);
    for (const one of bodies) {
      if (bytes <= this.#options.sourceBytes) return;
      bytes -= one.bytes;
      one.fail('too_slow');
    }
  }

  #cutIdle(idleMs: number): void {
    const before = performance.now() - idleMs;
    for (const one of this.#arriving) {
      if (one.lastAt >= before) return;
      one.fail('too_slow');
    }
  }
}
