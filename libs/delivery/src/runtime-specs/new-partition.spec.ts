// An event of a day whose partition is created at the same moment. Postgres has chosen the default partition for its row,
// which no longer takes rows of that day.
import { InfrastructureError } from '@switchboard/contracts';
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

test('an event is taken in again when its day got a partition meanwhile, and is not a dead letter', async () => {
  await addIntegration(ledger.db, 'one');
  const { take } = start([sinkThat(async () => delivered())]);
  await take([record('before')]);
  const event = record('e', { time: '2091-05-05T00:00:00Z' });
  let taking: Promise<unknown> = Promise.resolve();
  await ledger.db.transaction(async (tx) => {
    const [me] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await tx.query('create table event_body_20910505 (like event_body including all)');
    await tx.query(
      `alter table event_body attach partition event_body_20910505 for values from ('2091-05-05') to ('2091-05-06')`,
    );
    taking = take([event]).catch((error: unknown) => error);
    // Its statement waits for ours: it has already chosen the partition.
    await eventually(async () => {
      const waiting = await ledger.db.query(
        `select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid)) and query like '%incoming as%'`,
        [me?.pid],
      );
      expect(waiting).not.toEqual([]);
    });
  });
  expect(await taking).toBeInstanceOf(InfrastructureError);
  expect(await take([event])).toEqual([{ kind: 'done' }]);
  expect((await settled(2)).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});
