// Errors of this library: infrastructure failures, records that can never be written, and mistakes of a program or setup.
import { InfrastructureError, RecordError } from '@switchboard/contracts';

/** Kafka did not do what was asked in time. The record may still have been written: readers know it by `ce_id`. */
export class KafkaUnavailableError extends InfrastructureError {
  override readonly name: string = 'KafkaUnavailableError';

  constructor(message: string, options?: ErrorOptions) {
    super('KAFKA_UNAVAILABLE', message, options);
  }
}

/** Brokers answer and refuse for a reason that no record has given, for example missing rights; `refusal` is its name. */
export class KafkaRefusedError extends InfrastructureError {
  override readonly name: string = 'KafkaRefusedError';
  readonly refusal: string;

  constructor(message: string, refusal: string, options?: ErrorOptions) {
    super('KAFKA_REFUSED', message, options);
    this.refusal = refusal;
  }
}

/** The record is larger than its topic takes. */
export class RecordTooLargeError extends RecordError {
  override readonly name: string = 'RecordTooLargeError';

  constructor(topic: string, bytes: number, limit: number) {
    super(
      'RECORD_TOO_LARGE',
      `sending to ${topic}: the record has ${bytes} bytes and the topic takes ${limit}; make it smaller`,
    );
  }
}

/**
 * The broker refuses this record alone, and would again: its name in Kafka's protocol is in `refusal`, for example
 * INVALID_TIMESTAMP. Sending it again is of no use.
 */
export class RecordRefusedError extends RecordError {
  override readonly name: string = 'RecordRefusedError';
  readonly refusal: string;

  constructor(topic: string, refusal: string) {
    super(
      'RECORD_REFUSED',
      `sending to ${topic}: Kafka refuses this record for good (${refusal}); change it`,
    );
    this.refusal = refusal;
  }
}

/** A stored batch cannot be decoded. It would be read again for ever, so the consumer ends and says which one it is. */
export class UnreadableBatchError extends Error {
  override readonly name: string = 'UnreadableBatchError';
  readonly code = 'BATCH_UNREADABLE';
  /** Tells kafkajs that another attempt is of no use. */
  readonly retriable = false;

  /** Without `cause`: kafkajs would hand on the cause alone. */
  constructor(topic: string, partition: number, reason: unknown) {
    super(
      `reading ${topic}, partition ${partition}: a stored batch cannot be decoded: ${(reason as Error).message}; ` +
        'move the group behind it (kafka-consumer-groups --reset-offsets) and find out who wrote it',
    );
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
