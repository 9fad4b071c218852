// The list of dead letters, newest first, a page at a time.
import type { Queryable } from '@switchboard/postgres';
import { type Chosen, conditionOf, type DeadLetterFilter, Parameters } from './chosen.ts';
import { DeadLetterError } from './dead-letter-error.ts';
import { idAt, type Place } from './dead-letter-id.ts';

/** A dead letter as it stands in the list. */
export interface DeadLetter {
  /** `d-<delivery>` or `k-<partition>-<offset>`. */
  readonly id: string;
  /** When it died. */
  readonly at: Date;
  /** The service that gave it up. */
  readonly stage: string;
  /** Null where the record named none; so with the next three. */
  readonly tenantId: string | null;
  readonly integrationId: string | null;
  readonly eventType: string | null;
  readonly eventId: string | null;
  /** Of a delivery what the sink said, of a record the code it was given up with. */
  readonly reason: string;
  /** Calls made, or tries of the record. */
  readonly attempts: number;
}

/** What of a list is wanted. */
export interface Page {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** How many are chosen, by kind. */
export interface Count {
  readonly deliveries: number;
  readonly records: number;
}

const MAX_PAGE = 1000;

/** Columns of a list entry, under the names of DeadLetter and Place. */
export const listColumns = `at, stage, tenant_id as "tenantId", integration_id as "integrationId",
  event_type as "eventType", event_id as "eventId", reason, attempts, delivery_id as delivery,
  letter_partition as partition, letter_offset as "offset"`;

export type ListRow = Omit<DeadLetter, 'id'> & Place;

/** Dead letters that fit, newest first; `next` where there are more. Throws DeadLetterError INVALID_CURSOR. */
export async function searchDeadLetters(
  db: Queryable,
  filter: DeadLetterFilter,
  page: Page,
): Promise<{ letters: DeadLetter[]; next?: string }> {
  const limit = Math.max(1, Math.min(page.limit, MAX_PAGE));
  const parameters = new Parameters();
  const condition = conditionOf({ filter }, parameters);
  const rows = await db.query<ListRow & { cursor: string }>(
    // Cursors of the page alone: written out for every row that fits, before the page is cut, they cost most of the time.
    `select l.*, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || seq as cursor from (
       select ${listColumns}, seq
       from dead_letter where ${condition}${page.after === undefined ? '' : behind(page.after, parameters)}
       order by at desc, seq desc limit ${parameters.add(limit + 1)}
     ) l order by at desc, seq desc`,
    parameters.values,
  );
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? shown.at(-1)?.cursor : undefined;
  return { letters: shown.map(entryOf), ...(next === undefined ? {} : { next }) };
}

/** How many dead letters are chosen. */
export async function countDeadLetters(db: Queryable, chosen: Chosen): Promise<Count> {
  const parameters = new Parameters();
  const [row] = await db.query<Count>(
    `select count(delivery_id) as deliveries, count(letter_offset) as records
     from dead_letter where ${conditionOf(chosen, parameters)}`,
    parameters.values,
  );
  return row ?? { deliveries: 0, records: 0 };
}

/** A row as an entry of the list. */
export function entryOf(row: ListRow): DeadLetter {
  const { at, stage, tenantId, integrationId, eventType, eventId, reason, attempts } = row;
  return { id: idAt(row), at, stage, tenantId, integrationId, eventType, eventId, reason, attempts };
}

function behind(cursor: string, parameters: Parameters): string {
  const [, at, seq] = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)~(\d{1,15})$/.exec(cursor) ?? [];
  if (at === undefined || seq === undefined) {
    throw new DeadLetterError('INVALID_CURSOR', 'reading a page: "after" is not what the page before said');
  }
  return ` and (at, seq) < (${parameters.add(at)}::timestamptz, ${parameters.add(Number(seq))}::bigint)`;
}
