// Takes in request bodies and keeps to the bytes there may be: what has arrived is charged, not what was announced. A body
// that stops arriving is cut off, so that connections alone take nothing from anybody.
import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

/** Why a body was not taken in. */
export type BodyFault = 'too_large' | 'too_slow' | 'busy' | 'broken_off';

/** Called once: with the body and what gives its bytes back when it is no longer in hand, or with what went wrong. */
export type OnBody = (fault: BodyFault | undefined, body?: Buffer, release?: () => void) => void;

export interface IntakeOptions {
  readonly budget: ByteBudget;
  /** Largest body, in bytes. */
  readonly bodyLimit: number;
  /** Of one address so many bytes may be of bodies that have not arrived in full; then the idlest of them is cut off. */
  readonly sourceBytes: number;
}

/** Nothing for so long, and a body is cut off. */
const IDLE_MS = 5_000;
/** While there is no room, this is long enough. */
const IDLE_WITHOUT_ROOM_MS = 500;
const SWEEP_MS = 500;

/** A body on its way. */
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

  /** Where it comes from: looked up only when bytes are getting scarce. */
  get source(): string {
    this.#source ??= this.#sourceOf();
    return this.#source;
  }

  /** Set when reading begins. */
  fail: (fault: BodyFault) => void = () => undefined;
}

/** Every body on its way to this process. */
export class BodyIntake {
  readonly #options: IntakeOptions;
  /** Those that have sent nothing for longest come first. */
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
    // What still comes of a body that was cut off is let go; its connection ends with the answer.
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
    // As long as all together have less, no address has more.
    if (budget.used > sourceBytes) this.#keepShareOf(one.source);
  }

  /** Of one address the bodies that have sent nothing for longest are cut: one that goes on is not. */
  #keepShareOf(source: string): void {
    const those = [...this.#arriving].filter((one) => one.bytes > 0 && one.source === source);
    let bytes = those.reduce((sum, one) => sum + one.bytes, 0);
    for (const one of those) {
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
