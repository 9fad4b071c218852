// How Postgres goes about the statements of every delivery when they are prepared while the ledger is empty: the plan is
// kept, so it must be one for a full ledger too.
import { type Suite, suite } from '@switchboard/testing';
import { claimDueSql } from './ledger/claim-sql.ts';
import { freeGoneSql, goneEpochsSql, sweepSql } from './ledger/free-sql.ts';
import { intakeSql, recordAndReleaseSql, recordSql, releaseSql, stepsSql } from './ledger/sql.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

test.each([
  ['intake', intakeSql, 16],
  ['record', recordSql, 17],
  ['record_and_release', recordAndReleaseSql, 21],
  ['steps', stepsSql, 4],
  ['release', releaseSql, 3],
])('%s reads what its keys name and no more', async (name, sql, params) => {
  const lines = await planOf(name, sql, params);
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
  const lines = await planOf('claim', claimDueSql, 7);
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
  ['sweep', sweepSql, 3],
  ['gone_epochs', goneEpochsSql, 0],
  ['free_gone', freeGoneSql, 4],
])('%s reads claimed rows, by their claim, and none that waits', async (name, sql, params) => {
  const lines = await planOf(name, sql, params);
  const ofLedger = lines.filter((line) => /Scan.* on delivery/.test(line));
  expect(ofLedger.length).toBeGreaterThan(0);
  const others = ofLedger.filter((line) => !/_claim_idx|_pkey/.test(line));
  expect(others).toEqual([]);
});

async function planOf(name: string, sql: string, params: number): Promise<string[]> {
  const plan = await corner.database.session(async (session) => {
    await session.query('set plan_cache_mode = force_generic_plan');
    await session.query(`prepare ${name} as ${sql}`);
    const nulls = Array.from({ length: params }, () => 'null').join(', ');
    return session.query<{ 'QUERY PLAN': string }>(
      `explain execute ${name}${params > 0 ? `(${nulls})` : ''}`,
    );
  });
  return plan.map((line) => line['QUERY PLAN']);
}
