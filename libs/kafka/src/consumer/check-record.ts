// Finds records that no handler can process, so that handlers need not check: they go to the dead-letter topic at once.
import { MAX_VALUE_BYTES, requiredHeaders } from '@switchboard/contracts';
import { hasHeaders, type InRecord, valueLength } from '../records.ts';
import { dead, type Outcome } from './outcome.ts';

/** The outcome of a record that must not reach a handler; undefined for a record that may. */
export function checkRecord(record: InRecord): Outcome | undefined {
  const length = valueLength(record);
  if (length === undefined) return dead('VALUE_MISSING', 'the record has no value');
  if (length > MAX_VALUE_BYTES) {
    return dead('RECORD_TOO_LARGE', `the value has ${length} bytes; at most ${MAX_VALUE_BYTES} are allowed`);
  }
  if (!hasHeaders(record, requiredHeaders))
    return dead('HEADERS_MISSING', 'a ce_ header is missing or empty');
  return undefined;
}
