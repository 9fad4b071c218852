// Distinguishes a record that Kafka refuses for good from infrastructure failures.
import { RecordError } from '@switchboard/contracts';

/** Why Kafka will never accept this record; undefined for any other error. Contains nothing of the record. */
export function kafkaRefusalOf(error: unknown): string | undefined {
  return error instanceof RecordError ? error.message : undefined;
}
