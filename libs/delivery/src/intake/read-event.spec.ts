// Memory limits count what events take when they are parsed: a few KiB of brackets take ten times as much.
import { record } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { freshLedger, sinkThat } from '../spec-kit.ts';
import { footprintOf } from './read-event.ts';

const ledger = freshLedger('one');

const times = (value: unknown) => {
  const json = Buffer.from(JSON.stringify(value));
  return footprintOf(json) / json.length;
};
const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;

// Measured memory of these values, as a multiple of their JSON. The JSON itself is in memory too.
test.each([
  ['nested arrays', nested(3_000), 28],
  ['empty objects', Array(1_000).fill({}), 21],
  ['objects of one field', Array.from({ length: 1_000 }, (_, i) => ({ [`k${i}`]: i })), 3.2],
  ['texts', Array.from({ length: 1_000 }, (_, i) => `word ${i}`), 0.7],
])('%s take no more memory than is counted for them', (_, value, measured) => {
  expect(times(value)).toBeGreaterThanOrEqual(measured + 1);
  expect(times(value)).toBeLessThan(2 * (measured + 1) + 1);
});

test('events that take much memory when parsed wait in the ledger when memory is full', async () => {
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { take } = ledger.start([
    sinkThat(async (event) => {
      if (event.id !== 'first') await held;
      return delivered();
    }),
  ]);
  await ledger.untilClaiming(take);
  // 20 KiB each, which take half a MiB in memory. One integration may have 16 MiB.
  const data = { conversation_id: 'k', odd: Array(7_000).fill([]) };
  for (let i = 0; i < 100; i += 10) {
    await take(Array.from({ length: 10 }, (_, n) => record(`e${i + n}`, { key: 'k', data })));
  }
  const [row] = await ledger.db.query<{ claimed: number }>(
    'select count(*)::int as claimed from delivery where claim is not null',
  );
  expect(row?.claimed).toBeGreaterThan(20);
  expect(row?.claimed).toBeLessThan(60);
  go();
  await ledger.allDelivered(101);
});
