// What a broker can say of a batch, by its number in Kafka's protocol guide ("Error Codes").
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

/** Another broker leads the partition by now, or the topic is gone. */
export const STALE_LEADER: ReadonlySet<number> = new Set([3, 5, 6]);

/** So often a record alone must be called corrupt: bytes that were damaged on their way are sound the next time. */
const CORRUPT_TIMES = 3;

/** Whether the broker refuses a batch for what a record in it is. */
export function isRecordFault(code: number, failures: number): boolean {
  if (code === CORRUPT_MESSAGE) return failures >= CORRUPT_TIMES;
  return (
    code === MESSAGE_TOO_LARGE ||
    code === RECORD_LIST_TOO_LARGE ||
    code === INVALID_TIMESTAMP ||
    code === INVALID_RECORD
  );
}

/** Whether the same request may succeed later without anybody's doing. */
export function isPassingRefusal(code: number): boolean {
  return RETRIABLE.has(code) || !NAMES.has(code);
}

/** The name of a code, for example NOT_ENOUGH_REPLICAS. */
export function refusalName(code: number): string {
  if (code === INVALID_RECORD) return 'INVALID_RECORD';
  return NAMES.get(code) ?? `ERROR_${code}`;
}
