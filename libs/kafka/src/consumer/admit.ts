// Records that no handler should have to think of: what is not an event of ours is a dead letter before it gets there.
import { decodeHeaders, MAX_VALUE_BYTES } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { dead, type Outcome } from './outcome.ts';

/** The outcome of a record that must not reach a handler; undefined for one that may. */
export function refusal(record: InRecord): Outcome | undefined {
  if (record.value === null) return dead('VALUE_MISSING', 'the record has no value');
  if (record.value.length > MAX_VALUE_BYTES) {
    return dead(
      'RECORD_TOO_LARGE',
      `the value has ${record.value.length} bytes of ${MAX_VALUE_BYTES} at most`,
    );
  }
  if (decodeHeaders(record.headers) === undefined)
    return dead('HEADERS_MISSING', 'a ce_ header is missing or empty');
  return undefined;
}
