// Many rejections in a row without a success are reported: stored for status and metrics, and logged.
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { delivered, rejected } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();

async function rejectedInRow(): Promise<number | undefined> {
  const [row] = await ledger.db.query<{ rows: number }>(
    'select rejected_in_row as rows from integration_state where integration_id = $1',
    ['one'],
  );
  return row?.rows;
}

test('twenty rejections in a row are reported, until one event is delivered', async () => {
  await addIntegration(ledger.db, 'one');
  let well = false;
  const { runtime, take } = ledger.start([
    sinkThat(async () => (well ? delivered() : rejected('no such field'))),
  ]);
  const events = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => record(`e${from + i}`, { key: `k${i}` }));
  await take(events(0, 19));
  await ledger.settled(19);
  expect(runtime.rejecting()).toBe(0);
  await take(events(19, 1));
  await ledger.settled(20);
  expect(runtime.rejecting()).toBe(1);
  await eventually(async () => expect(await rejectedInRow()).toBe(20));
  well = true;
  await take(events(20, 1));
  await ledger.settled(21);
  expect(runtime.rejecting()).toBe(0);
  await eventually(async () => expect(await rejectedInRow()).toBe(0));
});
