// Records that no handler should have to think of: what is not an event of ours is a dead letter before it gets there.
import { MAX_VALUE_BYTES, requiredHeaders } from '@switchboard/contracts';
import { hasHeaders, type InRecord, valueLength } from '../records.ts';
import { dead, type Outcome } from './outcome.ts';

/** The outcome of a record that must not reach a handler; undefined for one that may. */
export function refusal(record: InRecord): Outcome | undefined {
  const length = valueLength(record);
  if (length === undefined) return dead('VALUE_MISSING', 'the record has no value');
  if (length > MAX_VALUE_BYTES) {
    return dead('RECORD_TOO_LARGE', `the value has ${length} bytes of ${MAX_VALUE_BYTES} at most`);
  }
  if (!hasHeaders(record, requiredHeaders))
    return dead('HEADERS_MISSING', 'a ce_ header is missing or empty');
  return undefined;
}
