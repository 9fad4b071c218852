// Every statement that runs while a row moves to another partition finds that row, with its body and attempts. A process
// whose statement did not find the row would believe that another process has it.
import {
  dayAt,
  moveInSql,
  moveOutSql,
  PARTITIONED_TABLES,
  type PartitionedTable,
  partitionName,
} from '@switchboard/ledger/spec-kit';
import type { Queryable } from '@switchboard/postgres';
import { eventually } from '@switchboard/testing';
import { freshLedger } from '../spec-kit.ts';
import { DAY, putRow } from './test-row.ts';
import { release, statements } from './test-statements.ts';

const LOCK_NOT_HAD = '55P03';
const ledger = freshLedger('one');

const moves = {
  'to the new partition of its day': {
    before: async () => undefined,
    sql: (table: PartitionedTable) => moveInSql(table, DAY),
    to: (table: PartitionedTable) => partitionName(table, DAY),
  },
  'out of the partition of its day, which is dropped': {
    before: async () => {
      for (const table of PARTITIONED_TABLES)
        await ledger.db.query(`begin; ${moveInSql(table, DAY)}; commit`);
    },
    sql: (table: PartitionedTable) => moveOutSql(table, DAY, '2000-01-01'),
    to: (table: PartitionedTable) => `${table}_rest`,
  },
};

/** Resolves when a statement waits for a lock of `tx`. */
async function untilWaiting(tx: Queryable): Promise<void> {
  const [me] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
  await eventually(async () => {
    const waiting = await ledger.db.query(
      'select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
      [me?.pid],
    );
    expect(waiting).not.toEqual([]);
  });
}

const cases = Object.entries(moves).flatMap(([where, move]) =>
  statements.flatMap((statement) => statement.tables.map((table) => ({ where, move, statement, table }))),
);

test.each(cases)(
  '$statement.name, while what $table has moves $where',
  async ({ move, statement, table }) => {
    await move.before();
    await putRow(ledger.db, statement.row);
    let asked: Promise<unknown> = Promise.resolve();
    await ledger.db.transaction(async (tx) => {
      await tx.query(move.sql(table));
      asked = statement.run(ledger.db).catch((error: unknown) => error);
      await untilWaiting(tx);
    });
    expect(await asked).toEqual(statement.found);
    const places = await ledger.db.query(
      `select distinct tableoid::regclass::text as place from ${table} where day = $1`,
      [DAY],
    );
    expect(places).toEqual([{ place: move.to(table) }]);
  },
);

test('rows do not move while a statement is in flight', async () => {
  const earlier = dayAt(new Date(), -1);
  await ledger.db.query(`begin; ${moveInSql('delivery', earlier)}; commit`);
  await putRow(ledger.db, 'claimed');
  let asked: Promise<unknown> = Promise.resolve();
  await ledger.db.transaction(async (tx) => {
    // The statement has opened the table and waits for the first partition.
    await tx.query(`lock table ${partitionName('delivery', earlier)} in access exclusive mode`);
    asked = release.run(ledger.db);
    await untilWaiting(tx);
    const move = ledger.db.transaction(async (other) => {
      await other.query(`set local lock_timeout = '100ms'; ${moveInSql('delivery', DAY)}`);
    });
    await expect(move).rejects.toMatchObject({ sqlState: LOCK_NOT_HAD });
  });
  expect(await asked).toEqual(release.found);
});
