// Takes in request bodies and keeps to the bytes there may be: what has arrived is charged, not what was announced. A body
// that stops arriving is cut off, so that connections alone take nothing from anybody.
import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

/** Why a body was not taken in. */
export type BodyFault = 'too_large' | 'too_slow' | 'busy' | 'broken_off';

/** A body on its way. */
interface Arriving {
  readonly source: string;
  readonly chunks: Buffer[];
  bytes: number;
  /** By performance.now(). */
  lastAt: number;
  readonly fail: (fault: BodyFault) => void;
}

/** A body that has arrived; `release` gives its bytes back when it is no longer in hand. */
export interface Arrived {
  readonly body: Buffer;
  readonly release: () => void;
}

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

/** Every body on its way to this process. */
export class BodyIntake {
  readonly #options: IntakeOptions;
  /** Those that have sent nothing for longest come first. */
  readonly #arriving = new Set<Arriving>();
  readonly #bySource = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#cutIdle(IDLE_MS), SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads a body to its end; `done` is called once. */
  read(
    payload: IncomingMessage,
    source: string,
    done: (fault: BodyFault | undefined, arrived?: Arrived) => void,
  ): void {
    const settle = (fault: BodyFault | undefined, arrived?: Arrived): void => {
      payload.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // What still comes of a body that was cut off is not looked at, and an error of its connection is of no interest.
      payload.on('error', () => undefined);
      this.#arriving.delete(one);
      this.#countFor(source, -one.bytes);
      if (fault !== undefined) this.#options.budget.give(one.bytes);
      done(fault, arrived);
    };
    const one: Arriving = { source, chunks: [], bytes: 0, lastAt: performance.now(), fail: settle };
    const onData = (chunk: Buffer): void => this.#take(one, chunk);
    const onEnd = (): void => {
      const [first] = one.chunks;
      const body = one.chunks.length === 1 && first ? first : Buffer.concat(one.chunks, one.bytes);
      settle(undefined, { body, release: () => this.#options.budget.give(body.length) });
    };
    const onClose = (): void => settle('broken_off');
    this.#arriving.add(one);
    payload.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
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
    if (this.#countFor(one.source, chunk.length) > sourceBytes) this.#cutIdlestOf(one.source);
  }

  /** Answers how many bytes of unfinished bodies the source has. */
  #countFor(source: string, bytes: number): number {
    const now = (this.#bySource.get(source) ?? 0) + bytes;
    if (now === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, now);
    return now;
  }

  /** The one of this source that has sent nothing for longest: a sender that goes on is not cut off by its neighbours. */
  #cutIdlestOf(source: string): void {
    for (const one of this.#arriving) {
      if (one.source === source && one.bytes > 0) return one.fail('too_slow');
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
