// The query plans of the statements of every delivery, prepared while the ledger is empty. Postgres keeps the plan, so it
// must be good for a full ledger too.
import {
  backlogSql,
  claimDueSql,
  comingDueSql,
  countWaitingSql,
  expireSql,
  freeStaleClaimsSql,
  freeUnknownClaimsSql,
  intakeSql,
  orphansSql,
  recordAndReleaseSql,
  recordSql,
  releaseSql,
  staleEpochsSql,
  stepsSql,
} from '@switchboard/ledger/spec-kit';
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
])('%s reads the rows of its keys and no more', async (name, sql) => {
  const lines = await planOf(name, sql);
  expect(lines.filter((line) => line.includes('Seq Scan'))).toEqual([]);
  const used = lines.filter((line) => /Index (?:Only )?Scan|Bitmap Index Scan/.test(line));
  expect(used.length).toBeGreaterThan(0);
  // Each index is used with a key, in the ledger with a whole one: all rows of a day have the same first column.
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
  // No row is read only to filter by its type.
  expect(lines.filter((line) => line.includes('Filter') && line.includes('event_type'))).toEqual([]);
});

test.each([
  ['sweep', freeUnknownClaimsSql],
  ['gone_epochs', staleEpochsSql],
  ['free_gone', freeStaleClaimsSql],
])('%s reads claimed rows by their claim, and no waiting ones', async (name, sql) => {
  const lines = await planOf(name, sql);
  const ofLedger = lines.filter((line) => /Scan.* on delivery/.test(line));
  expect(ofLedger.length).toBeGreaterThan(0);
  const others = ofLedger.filter((line) => !/_claim_idx|_pkey/.test(line));
  expect(others).toEqual([]);
});

test.each([
  // The index that each statement uses, and its conditions.
  ['coming_due', comingDueSql, /_timezone_idx/, [' > ((now()', ' <= ((now()']],
  ['backlog', backlogSql, /_integration_id_next_attempt_at_id_idx/, ['integration_id = ']],
  ['expire', expireSql, /_integration_id_coalesce_idx/, ['integration_id = ', 'COALESCE']],
  ['orphans', orphansSql, /_integration_id_/, ['integration_id ']],
  ['count_waiting', countWaitingSql, /_integration_id_ordering_key_id_idx/, ['ROW(', '> ROW(']],
])('%s reads a bounded part of the waiting rows, by an index', async (name, sql, index, conditions) => {
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
});

describe('beside many waiting rows of one integration', () => {
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
  ])('%s reads no rows of other integrations, and of its own no more than it must', async (name, sql) => {
    const lines = await planOf(name, sql);
    expect(lines.filter((line) => line.includes('integration_id = ') && line.includes('Filter'))).toEqual([]);
    expect(lines.filter((line) => line.includes('integration_id = ')).length).toBeGreaterThan(0);
    // A bitmap scan would find all of them before it reads the first.
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
