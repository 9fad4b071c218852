// The one distinction every layer needs: trouble of our own (Kafka, Postgres) pauses, anything else is the record's.

/** Codes of trouble that is never a record's fault. */
export type InfrastructureCode = 'KAFKA_UNAVAILABLE' | 'POSTGRES_UNAVAILABLE';

/** Thrown when Kafka or Postgres is in trouble: callers pause and try again, and count it against no record. */
export class InfrastructureError extends Error {
  override readonly name: string = 'InfrastructureError';
  readonly code: InfrastructureCode;

  constructor(code: InfrastructureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
