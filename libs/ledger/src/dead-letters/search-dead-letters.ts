// The list of dead letters, newest first, page by page.
import type { Queryable } from '@switchboard/postgres';
import { DeadLetterError, formatIdColumns, type IdColumns } from './dead-letter.ts';
import {
  type DeadLetterFilter,
  type DeadLetterSelection,
  SqlParameters,
  selectionCondition,
} from './selection.ts';

/** A dead letter in the list. */
export interface DeadLetter {
  /** `d-<delivery>` or `k-<partition>-<offset>`. */
  readonly id: string;
  /** When it died. */
  readonly at: Date;
  /** The service whose dead letter it is, for example `sink-slack`. */
  readonly stage: string;
  /** Null where a record has none; the same holds for the next three. */
  readonly tenantId: string | null;
  readonly integrationId: string | null;
  readonly eventType: string | null;
  readonly eventId: string | null;
  /** For a delivery the reason of its last outcome, for a record its error code. */
  readonly reason: string;
  /** Attempts made until it died, also those that used up none. For a record: attempts of the service to process it. */
  readonly attempts: number;
}

/** Which page of a list. */
export interface PageRequest {
  readonly limit: number;
  /** `next` of the previous page. */
  readonly after?: string;
}

/** Number of dead letters, by kind. */
export interface DeadLetterCount {
  readonly deliveries: number;
  readonly records: number;
}

const MAX_PAGE = 1000;

/** The columns of a list entry, named as in DeadLetter and IdColumns. */
export const listColumns = `at, stage, tenant_id as "tenantId", integration_id as "integrationId",
  event_type as "eventType", event_id as "eventId", reason, attempts, delivery_id as delivery,
  letter_partition as partition, letter_offset as "offset"`;

export type ListRow = Omit<DeadLetter, 'id'> & IdColumns;

/**
 * The dead letters that match, newest first; `next` is the cursor of the next page, absent on the last one. Throws
 * DeadLetterError INVALID_CURSOR.
 */
export async function searchDeadLetters(
  db: Queryable,
  filter: DeadLetterFilter,
  page: PageRequest,
): Promise<{ letters: DeadLetter[]; next?: string }> {
  const limit = Math.max(1, Math.min(page.limit, MAX_PAGE));
  const parameters = new SqlParameters();
  const condition = selectionCondition({ filter }, parameters);
  const rows = await db.query<ListRow & { cursor: string }>(
    // Cursors are formatted after the limit. For every matching row they would take most of the time.
    `select l.*, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || seq as cursor from (
       select ${listColumns}, seq
       from dead_letter where ${condition}${page.after === undefined ? '' : afterCursor(page.after, parameters)}
       order by at desc, seq desc limit ${parameters.add(limit + 1)}
     ) l order by at desc, seq desc`,
    parameters.values,
  );
  const onPage = rows.slice(0, limit);
  const next = rows.length > limit ? onPage.at(-1)?.cursor : undefined;
  return { letters: onPage.map(toDeadLetter), ...(next === undefined ? {} : { next }) };
}

/** Counts the selected dead letters. */
export async function countDeadLetters(
  db: Queryable,
  selection: DeadLetterSelection,
): Promise<DeadLetterCount> {
  const parameters = new SqlParameters();
  const [row] = await db.query<DeadLetterCount>(
    `select count(delivery_id) as deliveries, count(letter_offset) as records
     from dead_letter where ${selectionCondition(selection, parameters)}`,
    parameters.values,
  );
  return row ?? { deliveries: 0, records: 0 };
}

/** Turns a row into a list entry. */
export function toDeadLetter(row: ListRow): DeadLetter {
  const { at, stage, tenantId, integrationId, eventType, eventId, reason, attempts } = row;
  return {
    id: formatIdColumns(row),
    at,
    stage,
    tenantId,
    integrationId,
    eventType,
    eventId,
    reason,
    attempts,
  };
}

function afterCursor(cursor: string, parameters: SqlParameters): string {
  const [, at, seq] = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)~(\d{1,15})$/.exec(cursor) ?? [];
  if (at === undefined || seq === undefined) {
    throw new DeadLetterError(
      'INVALID_CURSOR',
      'reading a page: "after" must be the "next" of the previous page',
    );
  }
  return ` and (at, seq) < (${parameters.add(at)}::timestamptz, ${parameters.add(Number(seq))}::bigint)`;
}
