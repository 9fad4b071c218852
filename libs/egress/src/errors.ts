// Why an outgoing call gave no answer. Whether the other side acted is unknown in every case but a refused connection.

/** Closed list of causes. */
export type EgressCode = 'TIMEOUT' | 'CONNECTION' | 'RESPONSE_TOO_LARGE' | 'ABORTED';

/** An outgoing call that ended without a whole answer. The message names the host, never path, query or body. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressCode;

  constructor(code: EgressCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
