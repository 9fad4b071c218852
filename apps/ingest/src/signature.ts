// Checks `X-Helpninja-Signature: sha256=<hex HMAC-SHA256 of the raw body>` against secrets. Every refusal over the same
// number of secrets costs the same time; large bodies take turns, so that nobody waits long behind them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

const FORM = /^sha256=([0-9a-fA-F]{64})$/;

/** What is hashed without letting others run: a fraction of a millisecond. */
const AT_ONCE_BYTES = 64 * 1024;
/** What a queue hashes in one turn of the event loop: the largest body once. */
const TURN_BYTES = 256 * 1024;

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

/** One body, one at a time: what comes meanwhile waits. */
class Queue {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result;
    return result;
  }
}

/** Finds who signed a body. */
export class Verifier {
  readonly #maxWaitingBytes: number;
  #waitingBytes = 0;
  // Two, so that bodies that cost many hashes, which are easily sent, do not hold up those that cost few.
  readonly #few = new Queue();
  readonly #many = new Queue();

  /** Of large bodies so many bytes may wait for their turn. */
  constructor(maxWaitingBytes: number) {
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /** The secret that signed these bytes, undefined when none of them did; `busy` when too many large bodies wait. */
  signerOf(
    body: Buffer,
    signature: Buffer,
    secrets: readonly SigningSecret[],
    many: boolean,
  ): Verdict | Promise<Verdict> {
    if (body.length * secrets.length <= AT_ONCE_BYTES) {
      return secrets.find(({ secret }) => signs(secret, body, signature));
    }
    if (this.#waitingBytes + body.length > this.#maxWaitingBytes) return 'busy';
    this.#waitingBytes += body.length;
    return (many ? this.#many : this.#few)
      .add(() => inTurns(body, signature, secrets))
      .finally(() => {
        this.#waitingBytes -= body.length;
      });
  }
}

async function inTurns(
  body: Buffer,
  signature: Buffer,
  secrets: readonly SigningSecret[],
): Promise<SigningSecret | undefined> {
  let hashed = TURN_BYTES;
  for (const candidate of secrets) {
    if (hashed + body.length > TURN_BYTES) {
      await nextTurn();
      hashed = 0;
    }
    if (signs(candidate.secret, body, signature)) return candidate;
    hashed += body.length;
  }
  return undefined;
}

function signs(secret: Buffer, body: Buffer, signature: Buffer): boolean {
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature);
}

/** The header's value for a body; what a sender computes. */
export function sign(body: Buffer | string, secret: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
