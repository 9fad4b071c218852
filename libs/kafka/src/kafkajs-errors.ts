// Classifies the errors of kafkajs: whose fault they are, and whether another attempt can help.
import kafkajs from 'kafkajs';
import { UnreadableBatchError } from './errors.ts';

/** kafkajs is CommonJS, so its classes come through the default export. */
const { KafkaJSError, KafkaJSProtocolError } = kafkajs;

/** kafkajs wraps the errors it gave up on; this is the innermost one. */
function rootCause(error: unknown): unknown {
  return error instanceof KafkaJSError && error.cause ? rootCause(error.cause) : error;
}

/** A connection broke during a request; the error carries the broker's address. */
export function isConnectionClosed(
  error: unknown,
): error is { readonly host: string; readonly port: number } {
  return error instanceof KafkaJSError && error.name === 'KafkaJSConnectionClosedError';
}

/** A broker did not answer a request in time. */
export function isRequestTimeout(error: unknown): error is Error {
  return error instanceof KafkaJSError && error.name === 'KafkaJSRequestTimeoutError';
}

const PROGRAMMING_ERRORS = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * A mistake in a program, or bytes that nobody can read. A failure on the way to a broker is neither, whatever its class:
 * kafkajs throws a plain Error for a broker that is not connected yet.
 */
export function isProgrammingError(error: unknown): boolean {
  const cause = rootCause(error);
  return cause instanceof UnreadableBatchError || PROGRAMMING_ERRORS.some((kind) => cause instanceof kind);
}

/** A broker refused, and would refuse again. */
export function isPermanentRefusal(error: unknown): boolean {
  const cause = rootCause(error);
  return cause instanceof KafkaJSProtocolError && !cause.retriable;
}

/** A broker answered with an error: the cause lies in the request, not on the way to the broker. */
export function isBrokerError(error: unknown): boolean {
  return rootCause(error) instanceof KafkaJSProtocolError;
}

/** The topic does not exist (yet, or any more). */
export function isUnknownTopic(error: unknown): boolean {
  const cause = rootCause(error);
  return cause instanceof KafkaJSProtocolError && cause.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
