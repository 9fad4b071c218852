// The runtime names the loops without which nothing is delivered, when they fail for long.
import { delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const sink = () => sinkThat(async () => delivered());
const timing = { ...quick, loopTroubleMs: 1_500 };
const named = (loop: string) =>
  new RegExp(`^the loop "${loop}" has failed for \\d+ s: POSTGRES_UNAVAILABLE$`);

test.each([
  ['due', 'delivery'],
  ['heartbeat', 'sink_instance'],
  ['ownership', 'sink_slot'],
])('the %s loop cannot use the table %s: it is named until it can again', async (loop, table) => {
  const { take, runtime } = ledger.start([sink()], timing);
  await ledger.untilClaiming(take);
  expect(runtime.failingLoops()).toEqual({ needed: [], others: [] });
  await ledger.db.query(`alter table ${table} rename to ${table}_away`);
  await eventually(() =>
    expect(runtime.failingLoops().needed).toContainEqual(expect.stringMatching(named(loop))),
  );
  await ledger.db.query(`alter table ${table}_away rename to ${table}`);
  await eventually(() => expect(runtime.failingLoops().needed).toEqual([]));
});

test('without Postgres the heartbeat is named', async () => {
  const wire = await ledger.openWire();
  const { take, runtime, observed } = ledger.startOn(wire.db, [sink()], timing);
  await ledger.untilClaiming(take);
  wire.cut();
  await eventually(() =>
    expect(runtime.failingLoops().needed).toContainEqual(expect.stringMatching(named('heartbeat'))),
  );
  // The due loop asks nothing while the lease is lost. That does not show that it works.
  expect(observed.logs.join()).toMatch(/failed and is repeated\. {"loop":"due"/);
  expect(observed.logs.join()).not.toContain('works again');
  wire.restore();
  await eventually(() => expect(runtime.failingLoops().needed).toEqual([]));
});
