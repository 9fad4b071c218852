// How dead letters are named: `d-41` is delivery 41 of the ledger, `k-3-1207` the record at offset 1207 of partition 3 of
// the dead-letter topic. And the errors of requests about them.

/** The id of a dead letter. */
export type DeadLetterId =
  | { readonly kind: 'delivery'; readonly delivery: number }
  | { readonly kind: 'record'; readonly partition: number; readonly offset: number };

/** The columns of `dead_letter` that make up an id: either the delivery, or partition and offset. */
export interface IdColumns {
  readonly delivery: number | null;
  readonly partition: number | null;
  readonly offset: number | null;
}

export type DeadLetterErrorCode =
  | 'INVALID_ID'
  | 'INVALID_CURSOR'
  | 'NOT_FOUND'
  /** It has been replayed or discarded in the meantime. */
  | 'NOT_DEAD'
  | 'INVALID_BODY'
  | 'BODY_TOO_LARGE'
  | 'FOREIGN_TENANT';

/** A request about dead letters that cannot be done; the code says why. */
export class DeadLetterError extends Error {
  override readonly name = 'DeadLetterError';
  readonly code: DeadLetterErrorCode;

  constructor(code: DeadLetterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
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
    `reading an id: "${text}" is not the id of a dead letter; ids look like d-41 or k-3-1207`,
  );
}

/** The id as text. */
export function formatId(id: DeadLetterId): string {
  return id.kind === 'delivery' ? `d-${id.delivery}` : `k-${id.partition}-${id.offset}`;
}

/** The id of a row of `dead_letter` as text. */
export function formatIdColumns({ delivery, partition, offset }: IdColumns): string {
  return delivery === null ? `k-${partition}-${offset}` : `d-${delivery}`;
}
