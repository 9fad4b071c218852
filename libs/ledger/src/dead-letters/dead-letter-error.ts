// What may be wrong with what somebody asks about dead letters.

/** A request that cannot be done as it stands; the code says in which way. */
export class DeadLetterError extends Error {
  override readonly name = 'DeadLetterError';
  readonly code: DeadLetterErrorCode;

  constructor(code: DeadLetterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type DeadLetterErrorCode =
  | 'INVALID_ID'
  | 'INVALID_CURSOR'
  | 'NOT_FOUND'
  /** Replayed or discarded meanwhile. */
  | 'NOT_DEAD'
  | 'INVALID_BODY'
  | 'BODY_TOO_LARGE'
  | 'FOREIGN_TENANT';
