// Why an outgoing call has no response, and whether the other side may have acted.

/**
 * A closed list.
 *
 * The other side has not acted:
 * - `REFUSED_ADDRESS`: the guard refuses the address, and would refuse it again. Nothing was sent.
 * - `DNS`: the host's name could not be resolved.
 * - `TLS`: the TLS connection failed, for example because of the certificate.
 * - `CONNECTION`: the connection failed for another reason: refused, unreachable, an invalid URL.
 *
 * The other side may have acted:
 * - `TIMEOUT`: no complete response in time. It may also have been waiting for a connection.
 * - `RESET`: the connection ended, or carried something else than HTTP, before the response was complete.
 * - `ABORTED`: the caller's signal ended the call.
 *
 * The other side has most likely acted:
 * - `RESPONSE_TOO_LARGE`: the response is larger than we read; `status` and `headers` are known.
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

/** Status and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An outgoing call without a complete response. The message names the host, never path, query or body. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressCode;
  /** The status of a response whose body is incomplete. */
  readonly status: number | undefined;
  /** The headers of that response, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: EgressCode, message: string, options: ErrorOptions & Partial<ResponseHead> = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}
