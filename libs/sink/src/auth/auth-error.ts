// Why a call could not be given credentials, and what that means for its delivery.
import { broken, type DeliveryOutcome, retry } from '../outcome.ts';

/**
 * `UNUSABLE`: a setting cannot serve as a credential. `REFUSED`: the token endpoint says no, a person must act.
 * `UNAVAILABLE`: the token endpoint has no answer now.
 */
export type AuthErrorCode = 'UNUSABLE' | 'REFUSED' | 'UNAVAILABLE';

/** A call without credentials: it was not made. The message carries no secret and no text of the other side. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    /** With `UNAVAILABLE`: when asking again makes sense. */
    readonly afterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What becomes of the delivery that wanted to call. */
  get outcome(): DeliveryOutcome {
    if (this.code !== 'UNAVAILABLE') return broken(this.message);
    return retry(this.message, this.afterSeconds === undefined ? {} : { after: this.afterSeconds });
  }
}
