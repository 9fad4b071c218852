// The one distinction every layer needs: what is proven to be about a record, and everything else, which is infrastructure.

/** Codes of trouble that is never a record's fault. */
export type InfrastructureCode = 'KAFKA_UNAVAILABLE' | 'KAFKA_REFUSED' | 'POSTGRES_UNAVAILABLE';

/** Thrown when Kafka or Postgres is in trouble: callers pause and try again, and count it against no record. */
export class InfrastructureError extends Error {
  override readonly name: string = 'InfrastructureError';
  readonly code: InfrastructureCode;

  constructor(code: InfrastructureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Thrown when it is proven that this record can never be processed, whatever is repaired around it: it becomes a dead
 * letter with this code. The message must quote nothing of the record.
 */
export class RecordError extends Error {
  override readonly name: string = 'RecordError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
