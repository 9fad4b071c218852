// A dead letter is the unchanged record plus headers that say which service gave it up, where it came from and why. One
// that is too large for its topic keeps less of the record: it could never be written, and its partition would stop.
import { deadLetterHeaders as names, type RawHeaders, topics } from '@switchboard/contracts';
import { fitsTopic } from '../producer/prepare-record.ts';
import type { InRecord, OutRecord } from '../records.ts';

export interface DeadLetterOrigin {
  readonly stage: string;
  readonly group: string;
  /** The topic's name on the broker. */
  readonly topic: string;
}

/**
 * The record for the dead-letter topic: same partition, key, value and headers. When that is too large, it has no value;
 * when that is still too large, only the partition is the same. Its timestamp is now, so that the topic's retention begins
 * now.
 */
export function deadLetter(
  record: InRecord,
  from: DeadLetterOrigin,
  code: string,
  attempts: number,
): OutRecord {
  const now = new Date();
  const letter = (
    kept: string,
    key: Buffer | null,
    value: Buffer | null,
    headers: RawHeaders,
  ): OutRecord => ({
    topic: topics.deadLetters,
    partition: record.partition,
    key,
    value,
    timestamp: now.getTime(),
    headers: {
      ...headers,
      [names.stage]: from.stage,
      [names.group]: from.group,
      [names.topic]: from.topic,
      [names.partition]: String(record.partition),
      [names.offset]: String(record.offset),
      [names.timestamp]: String(record.timestamp),
      [names.errorCode]: code,
      [names.attempts]: String(attempts),
      [names.failedAt]: now.toISOString(),
      [names.kept]: kept,
    },
  });
  const { key, value, headers } = record;
  const whole = letter('all', key, value, headers);
  if (fitsTopic(whole)) return whole;
  const withoutValue = letter('key and headers', key, null, headers);
  return fitsTopic(withoutValue) ? withoutValue : letter('nothing', null, null, {});
}
