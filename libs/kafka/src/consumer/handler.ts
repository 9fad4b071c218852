// What a service gives a consumer: a handler per topic, which takes chunks of a partition or single records.
import type { Topic } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import type { Outcome } from './outcome.ts';

/** Takes a partition's records in chunks, one chunk at a time. Chunks of different partitions are handled in parallel. */
export interface RecordsHandler {
  readonly kind: 'records';
  readonly topic: Topic;
  /** Returns one outcome per record. */
  readonly handle: (records: readonly InRecord[]) => Promise<readonly Outcome[]>;
  /** Most records in a chunk; default 500. */
  readonly maxRecords?: number;
  /** Most bytes in a chunk of more than one record; default 1 MiB. */
  readonly maxBytes?: number;
  /** Also takes records that are no valid events; by default those become dead letters before the handler sees them. */
  readonly acceptsAnyRecord?: boolean;
}

/** Takes single records: those of one key in order, different keys in parallel. */
export interface RecordHandler {
  readonly kind: 'record';
  readonly topic: Topic;
  readonly handle: (record: InRecord) => Promise<Outcome>;
  /** Most concurrent calls in this process; default 16. */
  readonly concurrency?: number;
}

export type Handler = RecordsHandler | RecordHandler;
