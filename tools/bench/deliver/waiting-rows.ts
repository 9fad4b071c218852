// Fills ledgers with many waiting rows: of one parked integration, and of a thousand integrations with a backlog.
import { conversationEscalated } from '@switchboard/contracts';
import { analyze, DAYS, makeDays } from './full-ledger.ts';
import type { Stage } from './stage.ts';

const CHUNK = 20_000;
const OF_EACH = 50;
const { type } = conversationEscalated;

/** An integration that is switched off, with so many rows that wait and are due. */
export async function fillParked(stage: Stage, rows: number): Promise<void> {
  const { database } = stage.corner;
  await makeDays(stage);
  await database.query(
    `insert into integrations (id, tenant_id, sink, config, active_from, active)
     values ('parked', 'parked', 'slack', '{}', now(), false)`,
  );
  for (let from = 0; from < rows; from += CHUNK) {
    await database.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at,
         next_attempt_at)
       select current_date - (1 + i % ${DAYS}), 'parked', 'parked_' || i, 'slack', 'parked', '${type}', 'conv_' || i % 5000,
         now() - (i % ${DAYS}) * interval '1 day', now() - interval '1 hour'
       from generate_series($1::int, $2::int) i`,
      [from, Math.min(rows, from + CHUNK) - 1],
    );
  }
  await analyze(stage);
}

/**
 * So many integrations with rows that wait: a third have to be mended, a third were asked to wait, and a third have
 * rows that are tried again later.
 */
export async function fillBacklogs(stage: Stage, integrations: number): Promise<void> {
  const { database } = stage.corner;
  await makeDays(stage);
  await database.query(
    `insert into integrations (id, tenant_id, sink, config, secrets, active_from)
     select 'late' || i, 'late' || i, 'slack', '{}',
       (select secrets from integrations where secrets <> '{}' limit 1), now()
     from generate_series(1, $1::int) i`,
    [integrations],
  );
  await database.query(
    `insert into integration_state (integration_id, status, until, reason)
     select 'late' || i, case i % 3 when 0 then 'broken' else 'paused' end, now() + interval '1 day', 'of the bench'
     from generate_series(1, $1::int) i where i % 3 < 2`,
    [integrations],
  );
  await database.query(
    `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at,
       next_attempt_at)
     select current_date - (1 + n % ${DAYS}), 'late' || i, 'late_' || n, 'slack', 'late' || i, '${type}', 'conv_' || n, now(),
       now() + case when i % 3 < 2 then interval '-1 hour' else interval '1 day' end
     from generate_series(1, $1::int) i, generate_series(1, ${OF_EACH}) n`,
    [integrations],
  );
  await analyze(stage);
}
