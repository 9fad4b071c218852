// Looks up one dead letter: its state, its attempts, what people did with it. The body, and what may quote it, is left out
// unless the caller asks for it.
import { headerText } from '@switchboard/contracts';
import type { Queryable } from '@switchboard/postgres';
import type { DeadLetterId } from './dead-letter.ts';
import { headersFromJson, type JsonHeaders } from './dead-record.ts';
import { type DeadLetter, type ListRow, listColumns, toDeadLetter } from './search-dead-letters.ts';

/** An attempt at a delivery, with its last call. */
export interface AttemptDetails {
  readonly number: number;
  readonly at: Date;
  readonly latencyMs: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly reason: string | null;
  readonly method: string | null;
  readonly host: string | null;
  readonly path: string | null;
  /** The beginning of the answer, secrets masked. It may quote the body, so it is given only with the body. */
  readonly answer?: string | null;
}

/** What a person did with it. */
export interface Settlement {
  readonly state: 'dead' | 'replayed' | 'discarded';
  readonly at: Date | null;
  readonly actor: string | null;
  /** The reason of a discard. */
  readonly why: string | null;
}

interface CommonDetails extends DeadLetter {
  readonly settled: Settlement;
  /** Whether a replay uses an edited body. */
  readonly edited: boolean;
  /** The body that a replay uses; null when there is none. Absent unless asked for. */
  readonly body?: Buffer | null;
}

/** The present state of a row of the ledger. */
export interface LedgerRowDetails {
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  readonly orderingKey: string;
  readonly acceptedAt: Date;
  readonly reason: string | null;
  readonly reference: string | null;
}

/** A delivery of the ledger. */
export interface DeliveryDetails extends CommonDetails {
  readonly kind: 'delivery';
  /** Null when the ledger no longer has the row. */
  readonly row: LedgerRowDetails | null;
  /** Its attempts. The name is that of the JSON that `dlq show` prints. */
  readonly calls: readonly AttemptDetails[];
}

/** A record of the dead-letter topic. */
export interface RecordDetails extends CommonDetails {
  readonly kind: 'record';
  readonly group: string | null;
  readonly origin: {
    /** The topic's name on the broker. */
    readonly topic: string | null;
    readonly partition: number | null;
    readonly offset: number | null;
  };
  /** The timestamp of the original record, in milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Size of the value that a replay uses; null when there is none. */
  readonly bytes: number | null;
  /** The headers of the event; all headers of the record when the body is asked for. */
  readonly headers: Readonly<Record<string, string>>;
}

type LetterRow<More> = ListRow & {
  readonly settled: Settlement['state'];
  readonly settledAt: Date | null;
  readonly actor: string | null;
  readonly why: string | null;
  readonly edited: boolean | null;
  readonly body: Buffer | null;
} & More;

const letterOf = (condition: string, tenant: string) => `
  (select ${listColumns}, day, event_id, state as settled, settled_at as "settledAt", settled_by
   from dead_letter where ${condition} and (${tenant}::text is null or tenant_id = ${tenant})) l
  left join dead_letter_action a on a.id = l.settled_by`;

const deliverySql = `
  select l.*, a.actor, a.reason as why, d.state as "rowState", d.ordering_key as "orderingKey",
    d.accepted_at as "acceptedAt", d.reason as "rowReason", d.reference, d.edited_body is not null as edited,
    case when $2 then coalesce(d.edited_body, b.value) end as body
  from ${letterOf('delivery_id = $1', '$3')}
  left join delivery d on d.day = l.day and d.id = l.delivery
  left join event_body b on b.day = d.day and b.event_id = d.event_id and b.tenant_id = d.tenant_id`;

const attemptsSql = `
  select t.number, t.at, t.latency_ms as "latencyMs", t.outcome, t.status, t.reason, t.method, t.host, t.path, t.answer
  from dead_letter l join delivery_attempt t on t.day = l.day and t.delivery_id = l.delivery_id
  where l.delivery_id = $1 order by t.number`;

const recordSql = `
  select l.*, a.actor, a.reason as why, r.consumer_group as "group", r.origin_topic as "originTopic",
    r.origin_partition as "originPartition", r.origin_offset as "originOffset", r.timestamp_ms as "timestampMs", r.headers,
    r.edited_value is not null as edited, octet_length(coalesce(r.edited_value, r.value)) as bytes,
    case when $3 then coalesce(r.edited_value, r.value) end as body
  from ${letterOf('letter_partition = $1 and letter_offset = $2', '$4')}
  left join dead_record r on r.letter_partition = l.partition and r.letter_offset = l."offset"`;

/** What to show. With `tenantId`, letters of other tenants are not found. */
export interface ShowOptions {
  readonly body: boolean;
  readonly tenantId?: string;
}

/** Finds a dead letter, also one that has been replayed or discarded since; undefined when there is none with this id. */
export function showDeadLetter(
  db: Queryable,
  id: DeadLetterId,
  options: ShowOptions,
): Promise<DeliveryDetails | RecordDetails | undefined> {
  return id.kind === 'delivery' ? showDelivery(db, id.delivery, options) : showRecord(db, id, options);
}

async function showDelivery(db: Queryable, delivery: number, { body: withBody, tenantId }: ShowOptions) {
  const [row] = await db.query<
    LetterRow<
      Omit<LedgerRowDetails, 'state' | 'reason'> & {
        rowState: LedgerRowDetails['state'] | null;
        rowReason: string | null;
      }
    >
  >(deliverySql, [delivery, withBody, tenantId ?? null]);
  if (row === undefined) return undefined;
  const attempts = await db.query<AttemptDetails>(attemptsSql, [delivery]);
  const { rowState: state, orderingKey, acceptedAt, rowReason: reason, reference } = row;
  return {
    ...commonDetails(row, withBody),
    kind: 'delivery' as const,
    row: state === null ? null : { state, orderingKey, acceptedAt, reason, reference },
    calls: withBody ? attempts : attempts.map(({ answer: _answer, ...attempt }) => attempt),
  };
}

interface RecordColumns {
  readonly group: string | null;
  readonly originTopic: string | null;
  readonly originPartition: number | null;
  readonly originOffset: number | null;
  readonly timestampMs: number;
  readonly bytes: number | null;
  readonly headers: JsonHeaders;
}

async function showRecord(
  db: Queryable,
  { partition, offset }: { readonly partition: number; readonly offset: number },
  { body: withBody, tenantId }: ShowOptions,
) {
  const [row] = await db.query<LetterRow<RecordColumns>>(recordSql, [
    partition,
    offset,
    withBody,
    tenantId ?? null,
  ]);
  if (row === undefined) return undefined;
  const { group, originTopic, originPartition, originOffset, timestampMs, bytes } = row;
  return {
    ...commonDetails(row, withBody),
    kind: 'record' as const,
    group,
    origin: { topic: originTopic, partition: originPartition, offset: originOffset },
    timestampMs,
    bytes,
    headers: textHeaders(row.headers, withBody),
  };
}

function commonDetails(row: LetterRow<unknown>, withBody: boolean) {
  const { settled: state, settledAt: at, actor, why } = row;
  return {
    ...toDeadLetter(row),
    settled: { state, at, actor, why },
    edited: row.edited === true,
    ...(withBody ? { body: row.body } : {}),
  };
}

const OWN_HEADERS = /^(?:ce_|traceparent$)/;

/** Headers as text. Other headers may contain anything, also personal data. */
function textHeaders(stored: JsonHeaders, all: boolean): Record<string, string> {
  const headers = headersFromJson(stored);
  const names = Object.keys(headers).filter((name) => all || OWN_HEADERS.test(name));
  return Object.fromEntries(names.map((name) => [name, headerText(headers, name) ?? '']));
}
