// Looks up one dead letter: how it stands, each call, what people did. The body, and whatever may quote it, comes only to
// who asks for it.
import { headerText } from '@switchboard/contracts';
import type { Queryable } from '@switchboard/postgres';
import type { DeadLetterId } from './dead-letter-id.ts';
import { entryOf, type ListRow, listColumns } from './search.ts';
import type { Settled, ShownCall, ShownDelivery, ShownRecord, ShownRow } from './shown.ts';
import { readHeaders, type StoredHeaders } from './stored-headers.ts';

type Row<More> = ListRow & {
  readonly settled: Settled['state'];
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

const callsSql = `
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

/** What is shown, and of whom: where a tenant is given, nothing of another one. */
export interface Shown {
  readonly body: boolean;
  readonly tenantId?: string;
}

/** A dead letter, also one that was replayed or discarded since; undefined when none has this id. */
export function showDeadLetter(
  db: Queryable,
  id: DeadLetterId,
  wanted: Shown,
): Promise<ShownDelivery | ShownRecord | undefined> {
  return id.kind === 'delivery' ? showDelivery(db, id.delivery, wanted) : showRecord(db, id, wanted);
}

async function showDelivery(db: Queryable, delivery: number, { body: withBody, tenantId }: Shown) {
  const [row] = await db.query<
    Row<Omit<ShownRow, 'state' | 'reason'> & { rowState: ShownRow['state'] | null; rowReason: string | null }>
  >(deliverySql, [delivery, withBody, tenantId ?? null]);
  if (row === undefined) return undefined;
  const calls = await db.query<ShownCall>(callsSql, [delivery]);
  const { rowState: state, orderingKey, acceptedAt, rowReason: reason, reference } = row;
  return {
    ...shownOf(row, withBody),
    kind: 'delivery' as const,
    row: state === null ? null : { state, orderingKey, acceptedAt, reason, reference },
    calls: withBody ? calls : calls.map(({ answer: _answer, ...call }) => call),
  };
}

interface RecordColumns {
  readonly group: string | null;
  readonly originTopic: string | null;
  readonly originPartition: number | null;
  readonly originOffset: number | null;
  readonly timestampMs: number;
  readonly bytes: number | null;
  readonly headers: StoredHeaders;
}

async function showRecord(
  db: Queryable,
  { partition, offset }: { readonly partition: number; readonly offset: number },
  { body: withBody, tenantId }: Shown,
) {
  const [row] = await db.query<Row<RecordColumns>>(recordSql, [
    partition,
    offset,
    withBody,
    tenantId ?? null,
  ]);
  if (row === undefined) return undefined;
  const { group, originTopic, originPartition, originOffset, timestampMs, bytes } = row;
  return {
    ...shownOf(row, withBody),
    kind: 'record' as const,
    group,
    origin: { topic: originTopic, partition: originPartition, offset: originOffset },
    timestampMs,
    bytes,
    headers: textHeaders(row.headers, withBody),
  };
}

function shownOf(row: Row<unknown>, withBody: boolean) {
  const { settled: state, settledAt: at, actor, why } = row;
  return {
    ...entryOf(row),
    settled: { state, at, actor, why },
    edited: row.edited === true,
    ...(withBody ? { body: row.body } : {}),
  };
}

const OURS = /^(?:ce_|traceparent$)/;

/** Headers of strangers may hold anything. */
function textHeaders(stored: StoredHeaders, all: boolean): Record<string, string> {
  const headers = readHeaders(stored);
  const names = Object.keys(headers).filter((name) => all || OURS.test(name));
  return Object.fromEntries(names.map((name) => [name, headerText(headers, name) ?? '']));
}
