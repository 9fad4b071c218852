// Errors of this library. Only KafkaUnavailableError is trouble of our own; the others are somebody's mistake.
import { InfrastructureError } from '@switchboard/contracts';

/** Kafka did not do what was asked in time. The record may still have been written: readers know it by `ce_id`. */
export class KafkaUnavailableError extends InfrastructureError {
  override readonly name: string = 'KafkaUnavailableError';

  constructor(message: string, options?: ErrorOptions) {
    super('KAFKA_UNAVAILABLE', message, options);
  }
}

/** The record can never be written to its topic. */
export class RecordTooLargeError extends Error {
  override readonly name: string = 'RecordTooLargeError';
  readonly code = 'RECORD_TOO_LARGE';

  constructor(topic: string, bytes: number, limit: number) {
    super(`sending to ${topic}: the record has ${bytes} bytes and the topic takes ${limit}; make it smaller`);
  }
}

/** A topic exists in another shape than the product needs, and only a person can decide what to do. */
export class TopicMismatchError extends Error {
  override readonly name: string = 'TopicMismatchError';
  readonly code = 'TOPIC_MISMATCH';
}

/** Two handlers for one topic, or none at all: a mistake in the program. */
export class HandlerSetupError extends Error {
  override readonly name: string = 'HandlerSetupError';
  readonly code = 'HANDLER_SETUP';
}
