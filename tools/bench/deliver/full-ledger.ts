// Fills a ledger with a month of delivered and dead rows, in one partition per day.
import { conversationEscalated } from '@switchboard/contracts';
import type { Stage } from './stage.ts';

const DELIVERED = 1_000_000;
const DEAD = 100_000;
/** Days before today that have a partition. */
export const DAYS = 25;
const CHUNK = 20_000;

/**
 * Fills the ledger of a stage, before its service starts, with deliveries of an integration; of a new one by default.
 */
export async function fillLedger(stage: Stage, integration = 'past'): Promise<void> {
  const { database } = stage.corner;
  await database.query(
    `insert into integrations (id, tenant_id, sink, config, active_from) values ($1, $1, 'slack', '{}', now())
     on conflict (id) do nothing`,
    [integration],
  );
  await makeDays(stage);
  for (let from = 0; from < DELIVERED + DEAD; from += CHUNK) {
    const state = from < DELIVERED ? 'delivered' : 'dead';
    await database.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select current_date - (1 + i % 25), 'past_' || i, $3, '${conversationEscalated.type}', '/', now() - interval '2 days',
         decode(repeat('61', 400), 'hex')
       from generate_series($1::int, $2::int) i`,
      [from, from + CHUNK - 1, integration],
    );
    await database.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
         attempts, calls, reason, finished_at)
       select current_date - (1 + i % 25), $4, 'past_' || i, 'slack', $4, '${conversationEscalated.type}', 'conv_' || i % 5000,
         now() - interval '2 days', $3, 1, 1, case when $3 = 'dead' then 'the other side answered 400' end,
         now() - i * interval '1 second'
       from generate_series($1::int, $2::int) i`,
      [from, from + CHUNK - 1, state, integration],
    );
    await database.query(
      `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status)
       select current_date - (1 + i % 25), i, 1, now() - interval '2 days', 20, $3, 200
       from generate_series($1::int, $2::int) i`,
      [from + 1, from + CHUNK, state],
    );
  }
  await analyze(stage);
}

/** Partitions of the days before today. */
export async function makeDays(stage: Stage): Promise<void> {
  for (let day = 1; day <= DAYS; day += 1) {
    const from = `current_date - ${day}`;
    for (const table of ['event_body', 'delivery', 'delivery_attempt']) {
      await stage.corner.database.query(
        `do $$ begin execute format('create table ${table}_%s partition of ${table} for values from (%L) to (%L)',
           to_char(${from}, 'YYYYMMDD'), ${from}, ${from} + 1); end $$`,
      );
    }
  }
}

/**
 * Lets Postgres look at what the ledger holds; of millions of rows it takes longer than a statement of a service may.
 */
export async function analyze(stage: Stage): Promise<void> {
  await stage.corner.database.session((session) => session.query('analyze delivery'), { unlimited: true });
}
