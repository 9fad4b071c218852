// Why an outgoing call gave no answer, and what that says about the other side.

/**
 * Closed list of causes, as policies name them.
 *
 * The other side has not acted:
 * - `REFUSED_ADDRESS`: the guard allows no call there. Nothing was sent, and the same call is refused again.
 * - `DNS`: the host's name could not be resolved.
 * - `TLS`: no secure connection came about, for example because of the certificate.
 * - `CONNECTION`: no connection came about for another reason: refused, unreachable, an unreadable URL.
 *
 * The other side may have acted:
 * - `TIMEOUT`: no whole answer in time. Waiting for a connection counts too, and is not told apart.
 * - `RESET`: the connection ended, or carried something else than HTTP, before the answer was whole.
 * - `ABORTED`: the caller's signal ended the call.
 *
 * The other side has most likely acted:
 * - `RESPONSE_TOO_LARGE`: it answered more than is read; `status` and `headers` tell what.
 */
export type EgressCode =
  | 'REFUSED_ADDRESS'
  | 'DNS'
  | 'TLS'
  | 'CONNECTION'
  | 'TIMEOUT'
  | 'RESET'
  | 'ABORTED'
  | 'RESPONSE_TOO_LARGE';

/** How an answer began. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An outgoing call that ended without a whole answer. The message names the host, never path, query or body. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressCode;
  /** Of an answer whose body did not arrive whole. */
  readonly status: number | undefined;
  /** Those of that answer, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: EgressCode, message: string, options: ErrorOptions & Partial<AnswerHead> = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}
