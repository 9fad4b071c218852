// Upkeep of the ledger that was not finished is repeated soon, not after an hour.
import { maintainPartitions } from '@switchboard/ledger';
import { delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');

test('a check that refuses rows of a day is dropped soon after its table is free', async () => {
  const { db, start } = ledger;
  await maintainPartitions(db, { deliveredDays: 30, deadDays: 90 }, new Date());
  await db.query(
    `alter table delivery_rest add constraint partition_pending_20700101
       check (day < '2070-01-01' or day >= '2070-01-02') not valid`,
  );
  await db.transaction(async (tx) => {
    await tx.query('select from delivery_rest');
    const { observed } = start([sinkThat(async () => delivered())], { ...quick, upkeepAgainMs: 100 });
    await eventually(() => expect(observed.logs.join()).toContain('"refusing":["delivery"]'), {
      deadlineMs: 60_000,
    });
  });
  await eventually(async () =>
    expect(
      await db.query(
        `select 1 from pg_constraint where conrelid = 'delivery_rest'::regclass and conname ~ '^partition_pending'`,
      ),
    ).toEqual([]),
  );
});

test('a turn that failed is repeated soon', async () => {
  const { db, start } = ledger;
  await db.query('alter table delivery_attempt rename to elsewhere');
  const { observed } = start([sinkThat(async () => delivered())], { ...quick, upkeepAgainMs: 100 });
  await eventually(() => expect(observed.logs.join()).toContain('{"loop":"upkeep"'));
  await db.query('alter table elsewhere rename to delivery_attempt');
  await eventually(() => expect(observed.logs.join()).toContain('Ledger partitions created'));
});
