// For the spec of moving rows: one row of the ledger in each state, and its state afterwards.
import { conversationEscalated } from '@switchboard/contracts';
import { type OutcomeEntry } from '@switchboard/ledger';
import { dayAt, escalation, rows, TENANT } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';

/** The day of the row: tomorrow, because partitions are created ahead for senders whose clocks are ahead. */
export const DAY = dayAt(new Date(), 1);
/** The process that owns the integration, and its epoch. */
export const INSTANCE = '00000000-0000-4000-8000-000000000001';
export const EPOCH = 7;
export const KEY = 'k';
const { type } = conversationEscalated;

/** The row is `claimed` by this process, `left` claimed by a process that is gone, `free`, or dead. */
export type State = 'claimed' | 'left' | 'free' | 'dead';

/** Inserts the row, with its body and an attempt, for the integration `one`. */
export async function putRow(db: Database, state: State): Promise<void> {
  await db.query(
    `insert into sink_slot (sink, slot, owner, epoch) select sink, slot, $1::uuid, ${EPOCH} from integrations`,
    [INSTANCE],
  );
  await db.query(
    `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
     values ($1, 'e', '${TENANT}', '${type}', 's', now() - interval '2 hours', $2)`,
    [DAY, escalation(KEY)],
  );
  await db.query(
    `insert into delivery (day, id, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
       claim, calls, finished_at)
     values ($1, 1, 'one', 'e', 'probe', '${TENANT}', '${type}', '${KEY}', now() - interval '2 hours', $2, $3, 1,
       case when $2 = 'dead' then now() end)`,
    [DAY, state === 'dead' ? 'dead' : 'waiting', { claimed: EPOCH, left: 3, free: null, dead: null }[state]],
  );
  await db.query(`select setval('delivery_id', 1)`);
  await db.query(
    `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome) values ($1, 1, 1, now(), 1, 'x')`,
    [DAY],
  );
}

/** Its claim while this process has it. */
export const claim = { day: DAY, id: 1, claim: EPOCH };

/** A possible outcome. */
export const outcome: OutcomeEntry = {
  ...claim,
  attemptsUsed: 0,
  attemptsMade: 1,
  state: 'delivered',
  counted: 1,
  called: true,
  delaySeconds: 0,
  kind: 'delivered',
  reason: null,
  reference: null,
  status: 200,
  at: new Date(),
  latencyMs: 1,
  request: null,
  answer: null,
};

/** The state of each row, whether it is claimed, and the number of stored attempts. */
export async function stateOf(db: Database): Promise<{ states: string[]; attempts: number }> {
  const [{ attempts = 0 } = {}] = await db.query<{ attempts: number }>(
    'select count(*) as attempts from delivery_attempt',
  );
  const states = (await rows(db)).map(({ state, claimed }) => `${state}${claimed ? ', claimed' : ''}`);
  return { states, attempts };
}
