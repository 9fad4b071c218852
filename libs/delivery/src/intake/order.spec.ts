// One intake statement has events of several partitions. When it fails, events that were queued behind it must not be
// written before it, because the order of ids is the order of delivery.
import { intakeSql, record } from '@switchboard/ledger/spec-kit';
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat, type Take } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { startOn, allDelivered, untilClaiming } = ledger;

/** A database that fails the next intake statement with many events, as a failover does. */
function refusingOnce() {
  const state = { armed: false, refused: 0 };
  const query: Database['query'] = async (text, params = [], options) => {
    const [, , days] = params as [unknown, unknown, unknown[]];
    if (state.armed && text === intakeSql && days.length > 100) {
      state.armed = false;
      state.refused += 1;
      throw new PostgresUnavailableError(new Error('terminating connection due to administrator command'));
    }
    return ledger.db.query(text, params, options) as never;
  };
  return { db: { ...ledger.db, query }, state };
}

/** Repeats a chunk that failed, as the consumer does. */
async function takeUntilDone(take: Take, chunk: ReturnType<typeof record>[]) {
  await eventually(() => take(chunk), { everyMs: 20 });
}

test('with two partitions of 300 events each and a statement that fails once, ids follow the order of each key', async () => {
  const { db, state } = refusingOnce();
  const seen = new Map<string, number[]>();
  const { take } = startOn(db, [
    sinkThat(async (event) => {
      const key = String(event.data['conversation_id']);
      seen.set(key, [...(seen.get(key) ?? []), Number(event.data['number'])]);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  const chunk = (partition: number) =>
    Array.from({ length: 300 }, (_, number) =>
      record(`p${partition}-${number}`, { key: `k${partition}`, data: { number } }),
    );
  state.armed = true;
  await Promise.all([takeUntilDone(take, chunk(0)), takeUntilDone(take, chunk(1))]);
  expect(state.refused).toBe(1);
  await allDelivered(601);
  for (const key of ['k0', 'k1']) {
    const ids = await ledger.db.query<{ number: number }>(
      `select split_part(event_id, '-', 2)::int as number from delivery where ordering_key = $1 order by id`,
      [key],
    );
    const inOrder = Array.from({ length: 300 }, (_, number) => number);
    expect(ids.map(({ number }) => number)).toEqual(inOrder);
    expect(seen.get(key)).toEqual(inOrder);
  }
});
