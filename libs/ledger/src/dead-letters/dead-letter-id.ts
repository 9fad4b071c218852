// One space of names for two kinds of dead letters: `d-41` is delivery 41 of the ledger, `k-3-1207` the record at offset
// 1207 of partition 3 of the dead-letter topic.
import { DeadLetterError } from './dead-letter-error.ts';

/** What a dead letter is, and which one. */
export type DeadLetterId =
  | { readonly kind: 'delivery'; readonly delivery: number }
  | { readonly kind: 'record'; readonly partition: number; readonly offset: number };

/** Where a row of `dead_letter` stands. */
export interface Place {
  readonly delivery: number | null;
  readonly partition: number | null;
  readonly offset: number | null;
}

const MAX_PARTITION = 2 ** 31 - 1;

/** Reads an id. Throws DeadLetterError INVALID_ID. */
export function parseId(text: string): DeadLetterId {
  const [, delivery, partition, offset] = /^(?:d-(\d{1,16})|k-(\d{1,10})-(\d{1,16}))$/.exec(text) ?? [];
  if (delivery !== undefined && Number.isSafeInteger(Number(delivery))) {
    return { kind: 'delivery', delivery: Number(delivery) };
  }
  const at = { partition: Number(partition), offset: Number(offset) };
  if (at.partition <= MAX_PARTITION && Number.isSafeInteger(at.offset)) return { kind: 'record', ...at };
  throw new DeadLetterError(
    'INVALID_ID',
    `reading an id: "${text}" names no dead letter; ids look like d-41 or k-3-1207`,
  );
}

/** The id as people write it. */
export function formatId(id: DeadLetterId): string {
  return id.kind === 'delivery' ? `d-${id.delivery}` : `k-${id.partition}-${id.offset}`;
}

/** The id of a row. */
export function idAt({ delivery, partition, offset }: Place): string {
  return delivery === null ? `k-${partition}-${offset}` : `d-${delivery}`;
}
