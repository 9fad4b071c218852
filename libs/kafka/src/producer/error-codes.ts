// What a broker's error code for a batch means. Source: Kafka's protocol guide ("Error Codes").
import kafkajsErrors from 'kafkajs/src/protocol/error.js';

const NAMES = new Map(kafkajsErrors.errorCodes.map(({ code, type }) => [code, type]));
const RETRIABLE = new Set(
  kafkajsErrors.errorCodes.filter(({ retriable }) => retriable).map(({ code }) => code),
);

const CORRUPT_MESSAGE = 2;
const MESSAGE_TOO_LARGE = 10;
const RECORD_LIST_TOO_LARGE = 18;
const INVALID_TIMESTAMP = 32;
/** Newer than kafkajs. */
const INVALID_RECORD = 87;

/** Our metadata is out of date: another broker leads the partition, or the topic is gone. */
export const STALE_METADATA: ReadonlySet<number> = new Set([3, 5, 6]);

/** A record alone must be called corrupt so often: bytes that were damaged on the way arrive intact the next time. */
const CORRUPT_TIMES = 3;

/** Whether the broker refuses a batch because of a record in it. */
export function isRecordFault(code: number, failures: number): boolean {
  if (code === CORRUPT_MESSAGE) return failures >= CORRUPT_TIMES;
  return (
    code === MESSAGE_TOO_LARGE ||
    code === RECORD_LIST_TOO_LARGE ||
    code === INVALID_TIMESTAMP ||
    code === INVALID_RECORD
  );
}

/** Whether the same request may succeed later without anybody's help. */
export function isTransient(code: number): boolean {
  return RETRIABLE.has(code) || !NAMES.has(code);
}

/** The name of a code, for example NOT_ENOUGH_REPLICAS. */
export function errorCodeName(code: number): string {
  if (code === INVALID_RECORD) return 'INVALID_RECORD';
  return NAMES.get(code) ?? `ERROR_${code}`;
}
