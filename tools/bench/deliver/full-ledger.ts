// A ledger with a past: what was delivered and what died over a month, in partitions of its days.
import { conversationEscalated } from '@switchboard/contracts';
import type { Stage } from './stage.ts';

const DELIVERED = 1_000_000;
const DEAD = 100_000;
const CHUNK = 20_000;

/** Fills the ledger of a stage, before its service starts. */
export async function fillLedger(stage: Stage): Promise<void> {
  const { database } = stage.corner;
  await database.query(
    `insert into integrations (id, tenant_id, sink, config, active_from) values ('past', 'past', 'slack', '{}', now())`,
  );
  for (let day = 1; day <= 25; day += 1) {
    const from = `current_date - ${day}`;
    for (const table of ['event_body', 'delivery', 'delivery_attempt']) {
      await database.query(
        `do $$ begin execute format('create table ${table}_%s partition of ${table} for values from (%L) to (%L)',
           to_char(${from}, 'YYYYMMDD'), ${from}, ${from} + 1); end $$`,
      );
    }
  }
  for (let from = 0; from < DELIVERED + DEAD; from += CHUNK) {
    const state = from < DELIVERED ? 'delivered' : 'dead';
    await database.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select current_date - (1 + i % 25), 'past_' || i, 'past', '${conversationEscalated.type}', '/', now() - interval '2 days',
         decode(repeat('61', 400), 'hex')
       from generate_series($1::int, $2::int) i`,
      [from, from + CHUNK - 1],
    );
    await database.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
         attempts, calls, reason, finished_at)
       select current_date - (1 + i % 25), 'past', 'past_' || i, 'slack', 'past', '${conversationEscalated.type}', 'conv_' || i % 5000,
         now() - interval '2 days', $3, 1, 1, case when $3 = 'dead' then 'the other side answered 400' end,
         now() - i * interval '1 second'
       from generate_series($1::int, $2::int) i`,
      [from, from + CHUNK - 1, state],
    );
    await database.query(
      `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status)
       select current_date - (1 + i % 25), i, 1, now() - interval '2 days', 20, $3, 200
       from generate_series($1::int, $2::int) i`,
      [from + 1, from + CHUNK, state],
    );
  }
  await database.query('analyze delivery');
}
