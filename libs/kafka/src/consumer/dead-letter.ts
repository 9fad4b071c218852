// A dead letter is the unchanged record plus headers that say which service gave it up, where it came from and why.
import { deadLetterHeaders as names, topics } from '@switchboard/contracts';
import type { InRecord, OutRecord } from '../records.ts';

export interface DeadLetterOrigin {
  readonly stage: string;
  readonly group: string;
  /** The topic's name on the broker. */
  readonly topic: string;
}

/**
 * The record for the dead-letter topic: same partition, key, value and headers. Its timestamp is now, so that the topic's
 * retention begins now.
 */
export function deadLetter(
  record: InRecord,
  from: DeadLetterOrigin,
  code: string,
  attempts: number,
): OutRecord {
  const now = new Date();
  return {
    topic: topics.deadLetters,
    partition: record.partition,
    key: record.key,
    value: record.value,
    timestamp: now.getTime(),
    headers: {
      ...record.headers,
      [names.stage]: from.stage,
      [names.group]: from.group,
      [names.topic]: from.topic,
      [names.partition]: String(record.partition),
      [names.offset]: String(record.offset),
      [names.timestamp]: String(record.timestamp),
      [names.errorCode]: code,
      [names.attempts]: String(attempts),
      [names.failedAt]: now.toISOString(),
    },
  };
}
