// The two kinds of failure that every layer tells apart: a failure proven to be about one record, and everything else,
// which is a failure of the infrastructure.

/** Codes of infrastructure failures. */
export type InfrastructureCode = 'KAFKA_UNAVAILABLE' | 'KAFKA_REFUSED' | 'POSTGRES_UNAVAILABLE';

/** Thrown when Kafka or Postgres does not work. Callers wait and try again; no record uses up an attempt. */
export class InfrastructureError extends Error {
  override readonly name: string = 'InfrastructureError';
  readonly code: InfrastructureCode;

  constructor(code: InfrastructureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Thrown when it is proven that this record can never be processed, even if everything else works. The record becomes a
 * dead letter with this code. The message must not quote the record.
 */
export class RecordError extends Error {
  override readonly name: string = 'RecordError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
