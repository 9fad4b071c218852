// Errors of this library: infrastructure failures, records that can never be written, and mistakes in a program or setup.
import { InfrastructureError, RecordError } from '@switchboard/contracts';

/** Kafka did not answer in time. A record may have been written all the same: readers recognise it by `ce_id`. */
export class KafkaUnavailableError extends InfrastructureError {
  override readonly name: string = 'KafkaUnavailableError';

  constructor(message: string, options?: ErrorOptions) {
    super('KAFKA_UNAVAILABLE', message, options);
  }
}

/** Brokers refuse for a reason that is not a record's fault, for example missing rights. `refusal` is Kafka's name of it. */
export class KafkaRefusedError extends InfrastructureError {
  override readonly name: string = 'KafkaRefusedError';
  readonly refusal: string;

  constructor(message: string, refusal: string, options?: ErrorOptions) {
    super('KAFKA_REFUSED', message, options);
    this.refusal = refusal;
  }
}

/** The record is larger than its topic allows. */
export class RecordTooLargeError extends RecordError {
  override readonly name: string = 'RecordTooLargeError';

  constructor(topic: string, bytes: number, limit: number) {
    super(
      'RECORD_TOO_LARGE',
      `sending to ${topic}: the record has ${bytes} bytes and the topic allows ${limit}; make it smaller`,
    );
  }
}

/** The broker refuses this very record and always will. `refusal` is Kafka's name of the error, for example INVALID_TIMESTAMP. */
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

/** A stored batch cannot be decoded. It would be read again for ever, so the consumer stops and names topic and partition. */
export class UnreadableBatchError extends Error {
  override readonly name: string = 'UnreadableBatchError';
  readonly code = 'BATCH_UNREADABLE';
  /** Tells kafkajs not to retry. */
  readonly retriable = false;

  /** Has no `cause`: kafkajs would pass on the cause alone. */
  constructor(topic: string, partition: number, reason: unknown) {
    super(
      `reading ${topic}, partition ${partition}: a stored batch cannot be decoded: ${(reason as Error).message}; ` +
        'move the group past it (kafka-consumer-groups --reset-offsets) and find out who wrote it',
    );
  }
}

/** An existing topic has settings that the product cannot work with and must not change by itself. */
export class TopicMismatchError extends Error {
  override readonly name: string = 'TopicMismatchError';
  readonly code = 'TOPIC_MISMATCH';
}

/** A topic has two handlers, or there is no handler at all: a mistake in the program. */
export class HandlerSetupError extends Error {
  override readonly name: string = 'HandlerSetupError';
  readonly code = 'HANDLER_SETUP';
}
