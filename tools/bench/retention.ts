// The bench of retention: a large day of the ledger expires beside an intake that never stops. First many of its rows
// still wait and it is cleaned; then none waits and it is dropped. How long did any other statement wait?
import { maintainPartitions, type PartitionMaintenance } from '@switchboard/ledger';
import { createDatabase, type Database } from '@switchboard/postgres';
import { quiet, type Suite } from '@switchboard/testing';
import { alone, atMost, type Figure } from './figures.ts';
import type { Workbench } from './workbench.ts';

const bench = 'retention';
const BODY_BYTES = 2_000;
const CHUNK = 10_000;
const DAY_MS = 86_400_000;
const retention = { deliveredDays: 30, deadDays: 90 };
const LONGEST_S = 1;

/** What others do meanwhile, by name: one event taken in, what is due looked for, an outcome of the day written. */
const statements: Readonly<Record<string, (n: number, day: string) => [string, unknown[]]>> = {
  intake: (n) => [
    `with body as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       values (current_date, $1, 'acme', 'made.up', '/', now(), '{}') on conflict do nothing
     )
     insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at)
     values (current_date, 'now', $1, 'slack', 'acme', 'made.up', 'k' || $1, now()) on conflict do nothing`,
    [`now-${n}`],
  ],
  'due look-up': () => [
    `select id from delivery where integration_id = 'old' and state = 'waiting' and claim is null
       and next_attempt_at <= now() order by next_attempt_at, id limit 64`,
    [],
  ],
  outcome: (n, day) => [
    `update delivery set calls = calls + 1 where day = $1 and id = $2 and state = 'waiting'`,
    [day, 1 + (n % 1_000)],
  ],
};

/** The figures of a day's end. */
export async function retentionBench(desk: Workbench): Promise<Figure[]> {
  const rows = desk.quick ? 25_000 : 500_000;
  const corner = await desk.corner();
  const { database } = corner;
  const now = new Date();
  const day = new Date(now.getTime() - 32 * DAY_MS).toISOString().slice(0, 10);
  // Days of now first, as they are there long before their events.
  for (const moment of [now, new Date(day)]) await maintainPartitions(database, retention, moment);
  const gigabytes = ((2 * rows * BODY_BYTES) / 1e9).toFixed(1);
  await desk.progress.step(
    `a day with ${gigabytes} GB of bodies, ${rows.toLocaleString('en')} rows waiting`,
    () => fill(database, day, rows),
  );
  const turn = async (title: string): Promise<{ done: PartitionMaintenance; figures: Figure[] }> => {
    let done: PartitionMaintenance | undefined;
    const begun = performance.now();
    const longest = await desk.progress.step(title, () =>
      beside(corner, day, async () => {
        done = await maintainPartitions(database, retention, now);
      }),
    );
    if (done === undefined) throw new Error(`${title}: another process was at it`);
    const took = (performance.now() - begun) / 1000;
    const figures = Object.entries(longest).map(([name, seconds]) =>
      alone({ bench, metric: `${title}: longest ${name}`, unit: 's', target: atMost(LONGEST_S) }, [seconds]),
    );
    return {
      done,
      figures: [...figures, alone({ bench, metric: `${title}: whole turn`, unit: 's' }, [took])],
    };
  };
  const cleaned = await turn('cleaning a day that waits');
  await expectThat(database, cleaned.done.stayed.includes(day) && cleaned.done.deleted === rows, day, rows);
  await desk.progress.step('nothing waits any more', () => endWaiting(database, day, rows));
  const dropped = await turn('dropping a day');
  await expectThat(database, dropped.done.dropped.includes(day), day, 0);
  return [...cleaned.figures, ...dropped.figures];
}

/** Half of it waits, half is delivered. */
async function fill(database: Database, day: string, rows: number): Promise<void> {
  const partition = (table: string) => `${table}_${day.replaceAll('-', '')}`;
  // As large as it is said to be: repeated bytes would be packed.
  await database.query(`alter table ${partition('event_body')} alter column value set storage external`);
  for (let from = 1; from <= 2 * rows; from += CHUNK) {
    const range = [day, from, Math.min(from + CHUNK - 1, 2 * rows)];
    await database.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select $1::date, 'old-' || i, 'acme', 'made.up', '/', $1::date, decode(repeat('61', ${BODY_BYTES}), 'hex')
       from generate_series($2::int, $3::int) i`,
      range,
    );
    await database.query(
      `insert into delivery (day, id, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
         attempts, calls, finished_at)
       select $1::date, i, 'old', 'old-' || i, 'slack', 'acme', 'made.up', 'k' || i % 5000, $1::date,
         case when i <= ${rows} then 'waiting' else 'delivered' end, 1, 1, case when i > ${rows} then $1::date end
       from generate_series($2::int, $3::int) i`,
      range,
    );
    await database.query(
      `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status)
       select $1::date, i, 1, $1::date, 20, 'retry', 503 from generate_series($2::int, $3::int) i`,
      range,
    );
  }
  await database.query(`select setval('delivery_id', ${2 * rows + 1})`);
  await database.query(`analyze ${partition('delivery')}`);
}

async function endWaiting(database: Database, day: string, rows: number): Promise<void> {
  for (let from = 1; from <= rows; from += CHUNK) {
    await database.query(
      `update delivery set state = 'skipped', finished_at = now() where day = $1 and id between $2 and $3`,
      [day, from, from + CHUNK - 1],
    );
  }
}

/** Runs `work` and, on connections of their own, each statement in a loop; answers the longest of each, in seconds. */
async function beside(
  { env }: Suite,
  day: string,
  work: () => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  const others = createDatabase({ url: env.DATABASE_URL, schema: env.DATABASE_SCHEMA, logger: quiet });
  let ended = false;
  const loops = Object.entries(statements).map(async ([name, statement]) => {
    let longest = 0;
    let turns = 0;
    while (!ended || turns === 0) {
      const [text, params] = statement(turns, day);
      const begun = performance.now();
      await others.query(text, params);
      longest = Math.max(longest, (performance.now() - begun) / 1000);
      turns += 1;
    }
    return [name, longest] as const;
  });
  try {
    await work();
  } finally {
    ended = true;
    await Promise.allSettled(loops);
    await others.close();
  }
  return Object.fromEntries(await Promise.all(loops));
}

async function expectThat(database: Database, done: boolean, day: string, waiting: number): Promise<void> {
  const [found] = await database.query<{ rows: number }>(
    `select count(*) as rows from delivery where day = $1 and state = 'waiting'`,
    [day],
  );
  if (!done || found?.rows !== waiting) {
    throw new Error(
      `ending ${day}: ${found?.rows} rows wait where ${waiting} should, or the turn did not end it`,
    );
  }
}
