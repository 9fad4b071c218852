// Checks `X-Helpninja-Signature: sha256=<hex HMAC-SHA256 of the raw body>` against secrets. Every refusal over the same
// number of secrets costs the same time; large bodies take turns, so that nobody waits long behind them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

const FORM = /^sha256=([0-9a-fA-F]{64})$/;

/** What is hashed without letting others run: a fraction of a millisecond. */
const AT_ONCE_BYTES = 64 * 1024;
/** What a queue hashes in one turn of the event loop: the largest body once. */
const TURN_BYTES = 256 * 1024;
/** Between two turns for bodies that name no tenant. */
const PAUSE_MS = 1;

/** A secret and whose it is; `tenantId` undefined for a platform-wide one. */
export interface SigningSecret {
  readonly tenantId: string | undefined;
  readonly secret: Buffer;
}

/** Who signed, if anybody. */
export type Verdict = SigningSecret | undefined | 'busy';

/** The bytes of a signature header; undefined when it has another form. */
export function readSignature(header: string | undefined): Buffer | undefined {
  const hex = FORM.exec(header ?? '')?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** One body after the other: what comes meanwhile waits, up to a number of bytes. */
class Queue {
  readonly #maxBytes: number;
  /** What is waited for before each turn. */
  readonly #pause: () => Promise<unknown>;
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(maxBytes: number, pause: () => Promise<unknown>) {
    this.#maxBytes = maxBytes;
    this.#pause = pause;
  }

  signerOf(body: Buffer, signature: Buffer, secrets: readonly SigningSecret[]): Verdict | Promise<Verdict> {
    if (this.#bytes + body.length > this.#maxBytes) return 'busy';
    this.#bytes += body.length;
    const result = this.#last.then(() => this.#try(body, signature, secrets));
    this.#last = result;
    return result;
  }

  async #try(body: Buffer, signature: Buffer, secrets: readonly SigningSecret[]): Promise<Verdict> {
    let hashed = TURN_BYTES;
    try {
      for (const candidate of secrets) {
        if (hashed + body.length > TURN_BYTES) {
          await this.#pause();
          hashed = 0;
        }
        if (signs(candidate.secret, body, signature)) return candidate;
        hashed += body.length;
      }
      return undefined;
    } finally {
      this.#bytes -= body.length;
    }
  }
}

/** Finds who signed a body. */
export class Verifier {
  readonly #named: Queue;
  readonly #unnamed: Queue;

  /** Of large bodies so many bytes may wait for their turn, half of them bodies that name no tenant. */
  constructor(maxWaitingBytes: number) {
    this.#named = new Queue(maxWaitingBytes / 2, () => nextTurn());
    // These cost twenty times as much and anybody can send them: they get about a quarter of the processor.
    this.#unnamed = new Queue(maxWaitingBytes / 2, () => wait(PAUSE_MS));
  }

  /**
   * The secret that signed these bytes, undefined when none of them did; `busy` when too many large bodies wait. `named`:
   * the secrets are those of a tenant that was named.
   */
  signerOf(
    body: Buffer,
    signature: Buffer,
    secrets: readonly SigningSecret[],
    named: boolean,
  ): Verdict | Promise<Verdict> {
    if (body.length * secrets.length <= AT_ONCE_BYTES) {
      return secrets.find(({ secret }) => signs(secret, body, signature));
    }
    return (named ? this.#named : this.#unnamed).signerOf(body, signature, secrets);
  }
}

function signs(secret: Buffer, body: Buffer, signature: Buffer): boolean {
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature);
}

/** The header's value for a body; what a sender computes. */
export function sign(body: Buffer | string, secret: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
