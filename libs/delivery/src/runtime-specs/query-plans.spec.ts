// How Postgres goes about the statements of every delivery when they are prepared while the ledger is empty: the plan is
// kept, so it must be one for a full ledger too.
import {
  backlogSql,
  claimDueSql,
  comingDueSql,
  countWaitingSql,
  expireSql,
  freeGoneSql,
  goneEpochsSql,
  intakeSql,
  orphansSql,
  recordAndReleaseSql,
  recordSql,
  releaseSql,
  stepsSql,
  sweepSql,
} from '@switchboard/ledger';
import { type Suite, suite } from '@switchboard/testing';
import { latestSql } from '../jobs/job-rows.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

test.each([
  ['intake', intakeSql],
  ['record', recordSql],
  ['record_and_release', recordAndReleaseSql],
  ['steps', stepsSql],
  ['release', releaseSql],
])('%s reads what its keys name and no more', async (name, sql) => {
  const lines = await planOf(name, sql);
  expect(lines.filter((line) => line.includes('Seq Scan'))).toEqual([]);
  const used = lines.filter((line) => /Index (?:Only )?Scan|Bitmap Index Scan/.test(line));
  expect(used.length).toBeGreaterThan(0);
  // Each of them is asked for keys, and of the ledger for whole ones: all rows of a day have its first column in common.
  const conditions = lines.filter((line) => line.includes('Index Cond'));
  expect(conditions).toHaveLength(used.length);
  const ofLedger = conditions.filter((_, i) => / on (?:delivery|event_body)/.test(used[i] ?? ''));
  expect(ofLedger.length).toBeGreaterThan(0);
  expect(ofLedger.filter((condition) => !condition.includes(' AND '))).toEqual([]);
});

test('claiming finds urgent rows by their type, and the others without it', async () => {
  const lines = await planOf('claim', claimDueSql);
  expect(lines.filter((line) => / Seq Scan on delivery/.test(line))).toEqual([]);
  const due = lines.filter(
    (line) => line.includes('Index Cond') && line.includes('next_attempt_at <= now()'),
  );
  const byType = due.filter((line) => line.includes('event_type = '));
  expect(byType.length).toBeGreaterThan(0);
  expect(due.length).toBe(byType.length * 2);
  // No row is read to see of which type it is.
  expect(lines.filter((line) => line.includes('Filter') && line.includes('event_type'))).toEqual([]);
});

test.each([
  ['sweep', sweepSql],
  ['gone_epochs', goneEpochsSql],
  ['free_gone', freeGoneSql],
])('%s reads claimed rows, by their claim, and none that waits', async (name, sql) => {
  const lines = await planOf(name, sql);
  const ofLedger = lines.filter((line) => /Scan.* on delivery/.test(line));
  expect(ofLedger.length).toBeGreaterThan(0);
  const others = ofLedger.filter((line) => !/_claim_idx|_pkey/.test(line));
  expect(others).toEqual([]);
});

test.each([
  // The columns of the index that each reads the ledger by, and what it asks of them.
  ['coming_due', comingDueSql, /_timezone_idx/, [' > ((now()', ' <= ((now()']],
  ['backlog', backlogSql, /_integration_id_next_attempt_at_id_idx/, ['integration_id = ']],
  ['expire', expireSql, /_integration_id_coalesce_idx/, ['integration_id = ', 'COALESCE']],
  ['orphans', orphansSql, /_integration_id_/, ['integration_id ']],
  ['count_waiting', countWaitingSql, /_integration_id_ordering_key_id_idx/, ['ROW(', '> ROW(']],
])(
  '%s reads what waits by an index that leads to it, a bounded part of it',
  async (name, sql, index, conditions) => {
    const lines = await planOf(name, sql);
    const scans = lines.flatMap((line, at) =>
      / on delivery/.test(line) && line.includes('Scan') && !/_pkey/.test(line)
        ? [{ line, condition: lines[at + 1] ?? '' }]
        : [],
    );
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.filter(({ line }) => !index.test(line))).toEqual([]);
    const bounded = scans.filter(({ condition }) => conditions.every((part) => condition.includes(part)));
    expect(bounded).toHaveLength(scans.length);
  },
);

describe('beside much that waits for one integration', () => {
  beforeAll(async () => {
    await corner.database.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at,
         next_attempt_at)
       select '1970-01-01', 'parked', 'e' || i, 'slack', 'acme', 'x', 'k' || i % 500, now() - i * interval '1 second', now()
       from generate_series(1, 20000) i`,
    );
    await corner.database.query('analyze delivery');
  });

  test.each([
    ['claim', claimDueSql],
    ['backlog', backlogSql],
    ['expire', expireSql],
    ['orphans', orphansSql],
    ['last_events', latestSql],
  ])('%s reads no rows of other integrations, and of its own no more than it is to', async (name, sql) => {
    const lines = await planOf(name, sql);
    expect(lines.filter((line) => line.includes('integration_id = ') && line.includes('Filter'))).toEqual([]);
    expect(lines.filter((line) => line.includes('integration_id = ')).length).toBeGreaterThan(0);
    // It would find all of them before the first is read.
    expect(lines.filter((line) => /Bitmap Heap Scan on delivery/.test(line))).toEqual([]);
  });
});

async function planOf(name: string, sql: string): Promise<string[]> {
  const plan = await corner.database.session(async (session) => {
    const params = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
    await session.query('set plan_cache_mode = force_generic_plan');
    await session.query(`prepare ${name} as ${sql}`);
    const nulls = Array.from({ length: params }, () => 'null').join(', ');
    return session.query<{ 'QUERY PLAN': string }>(
      `explain execute ${name}${params > 0 ? `(${nulls})` : ''}`,
    );
  });
  return plan.map((line) => line['QUERY PLAN']);
}
