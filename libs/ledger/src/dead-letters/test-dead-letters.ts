// For the specs of dead letters: dead deliveries made without a sink, and what they can be compared with.
import { conversationEscalated } from '@switchboard/contracts';
import type { Database } from '@switchboard/postgres';
import { TENANT } from '../test-tables.ts';

export const actor = 'somebody';
/** For replays that must not send a record. */
export const noKafka = {
  producer: { send: () => Promise.reject(new Error('no record was expected')) },
  topicPrefix: '',
};

/** A valid body of a `conversation.escalated` event. */
export function escalation(conversation: string, more: object = {}): Buffer {
  const data = { ...conversationEscalated.example, conversation_id: conversation, ...more };
  return Buffer.from(JSON.stringify({ event: conversationEscalated.type, data }));
}

/** A dead delivery to add. */
export interface DeadDelivery {
  readonly event: string;
  readonly reason?: string;
  readonly type?: string;
  readonly tenant?: string;
  readonly integration?: string;
  readonly key?: string;
  readonly day?: string;
  /** Seconds ago. */
  readonly ago?: number;
}

/** Adds deliveries that waited and then died, in this order. Returns their ids as text. */
export async function addDeadDeliveries(
  db: Database,
  deliveries: readonly DeadDelivery[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const delivery of deliveries) {
    const {
      event,
      reason = 'refused',
      type = conversationEscalated.type,
      tenant = TENANT,
      ago = 0,
    } = delivery;
    const { integration = 'one', key = event, day = '1970-01-01' } = delivery;
    await db.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values ($1, $2, $3, $4, '/webhooks/helpninja', now(), $5) on conflict do nothing`,
      [day, event, tenant, type, escalation(key)],
    );
    const [row] = await db.query<{ id: number }>(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, attempts,
         calls)
       values ($1, $2, $3, 'probe', $4, $5, $6, now(), 3, 3) returning id`,
      [day, integration, event, tenant, type, key],
    );
    await db.query(
      `update delivery set state = 'dead', reason = $2, finished_at = now() - $3::int * interval '1 second' where id = $1`,
      [row?.id, reason, ago],
    );
    ids.push(`d-${row?.id}`);
  }
  return ids;
}

/** Number of deliveries in each state. */
export async function countByState(db: Database): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; rows: number }>(
    'select state, count(*) as rows from delivery group by state',
  );
  return Object.fromEntries(rows.map(({ state, rows: count }) => [state, count]));
}

/** The action log. */
export function actions(db: Database): Promise<Record<string, unknown>[]> {
  return db.query(
    `select verb, actor, chosen, reason, forced, dry_run as dry, deliveries, records, failed,
       finished_at is not null as finished from dead_letter_action order by id`,
  );
}
