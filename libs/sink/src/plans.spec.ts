// How Postgres goes about the statements of every delivery when they are prepared while the ledger is empty: the plan is
// kept, so it must be one for a full ledger too.
import { type Suite, suite } from '@switchboard/testing';
import { intakeSql, recordSql, stepsSql } from './ledger-sql.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

test.each([
  [
    'intake',
    intakeSql,
    15,
    ['delivery_order', 'delivery_integration_id_event_id_key', 'integrations_by_tenant'],
  ],
  ['record', recordSql, 17, ['delivery_pkey', 'integrations_pkey']],
  ['steps', stepsSql, 3, ['delivery_pkey']],
])('%s reads what its keys name and no more', async (name, sql, params, indexes) => {
  const plan = await corner.database.session(async (session) => {
    await session.query('set plan_cache_mode = force_generic_plan');
    await session.query(`prepare ${name} as ${sql}`);
    const nulls = Array.from({ length: params }, () => 'null').join(', ');
    return session.query<{ 'QUERY PLAN': string }>(`explain execute ${name}(${nulls})`);
  });
  const lines = plan.map((line) => line['QUERY PLAN']);
  expect(lines.filter((line) => line.includes('Seq Scan'))).toEqual([]);
  const used = lines.flatMap((line) => /(?:using|Bitmap Index Scan on) (\w+)/.exec(line)?.[1] ?? []);
  expect([...new Set(used)].sort()).toEqual([...indexes].sort());
  // Each of them is asked for keys.
  expect(lines.filter((line) => line.includes('Index Cond'))).toHaveLength(used.length);
});
