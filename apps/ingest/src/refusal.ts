// Tells a record that Kafka refuses for good from trouble on the way to Kafka.
import { RecordError } from '@switchboard/contracts';

/** Why Kafka will never take this record as it is; undefined for any other error. Holds nothing of the record. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof RecordError ? error.message : undefined;
}
