// Checks `X-Helpninja-Signature: sha256=<hex HMAC-SHA256 of the raw body>` with secrets. Refusals with the same number of
// secrets take the same time. Large bodies take turns on the event loop, so that other requests do not wait for them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

const FORM = /^sha256=([0-9a-fA-F]{64})$/;

/** Hashed without a break: it takes a fraction of a millisecond. */
const AT_ONCE_BYTES = 64 * 1024;
/** Hashed by a queue in one turn of the event loop: the largest body once. */
const TURN_BYTES = 256 * 1024;
/** Pause between two turns for bodies that name no tenant. */
const PAUSE_MS = 1;

/** A secret and its tenant; `tenantId` is undefined for a platform-wide one. */
export interface SigningSecret {
  readonly tenantId: string | undefined;
  readonly secret: Buffer;
}

/** The secret that signed a body, if any; `busy` when too many large bodies wait. */
export type SignerResult = SigningSecret | undefined | 'busy';

/** The bytes of a signature header; undefined when its format is wrong. */
export function readSignature(header: string | undefined): Buffer | undefined {
  const hex = FORM.exec(header ?? '')?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** Checks one body after the other. Other bodies wait, up to a limit of bytes. */
class Queue {
  readonly #maxBytes: number;
  /** Awaited before each turn. */
  readonly #pause: () => Promise<unknown>;
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(maxBytes: number, pause: () => Promise<unknown>) {
    this.#maxBytes = maxBytes;
    this.#pause = pause;
  }

  signerOf(
    body: Buffer,
    signature: Buffer,
    secrets: readonly SigningSecret[],
  ): SignerResult | Promise<SignerResult> {
    if (this.#bytes + body.length > this.#maxBytes) return 'busy';
    this.#bytes += body.length;
    const result = this.#last.then(() => this.#try(body, signature, secrets));
    this.#last = result;
    return result;
  }

  async #try(body: Buffer, signature: Buffer, secrets: readonly SigningSecret[]): Promise<SignerResult> {
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

/** Finds the secret that signed a body. */
export class Verifier {
  readonly #named: Queue;
  readonly #unnamed: Queue;

  /** @param maxWaitingBytes limit of large bodies that wait; half of it is for bodies that name no tenant */
  constructor(maxWaitingBytes: number) {
    this.#named = new Queue(maxWaitingBytes / 2, () => nextTurn());
    // These cost twenty times as much, and anybody can send them. So they get about a quarter of the CPU.
    this.#unnamed = new Queue(maxWaitingBytes / 2, () => wait(PAUSE_MS));
  }

  /**
   * Finds the secret that signed these bytes. `named`: the body or path names a tenant, and these are its secrets.
   */
  signerOf(
    body: Buffer,
    signature: Buffer,
    secrets: readonly SigningSecret[],
    named: boolean,
  ): SignerResult | Promise<SignerResult> {
    if (body.length * secrets.length <= AT_ONCE_BYTES) {
      return secrets.find(({ secret }) => signs(secret, body, signature));
    }
    return (named ? this.#named : this.#unnamed).signerOf(body, signature, secrets);
  }
}

function signs(secret: Buffer, body: Buffer, signature: Buffer): boolean {
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature);
}

/** The header's value for a body, as a sender computes it. */
export function sign(body: Buffer | string, secret: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
