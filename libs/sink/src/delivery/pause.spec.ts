// Who asks to be left alone is, by all deliveries of an integration, and is not overrun afterwards.
import { eventually } from '@switchboard/testing';
import { delivered, retry } from '../author/outcome.ts';
import { addIntegration, freshLedger, record, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

test('"come back later" waits that long and uses up no attempt', async () => {
  await addIntegration(ledger.db, 'one');
  const at: number[] = [];
  const { take } = start([
    sinkThat(async () => {
      at.push(performance.now());
      return at.length < 3 ? retry('429', { after: 1 }) : delivered();
    }),
  ]);
  await take([record('e')]);
  expect(await settled(1)).toMatchObject([{ state: 'delivered', attempts: 1, calls: 3 }]);
  // The clocks that are asked are not the same one: each rounds, and one may be set a little meanwhile.
  for (let i = 1; i < at.length; i += 1) expect((at[i] ?? 0) - (at[i - 1] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('after "come back later" one goes first, and the others when it was not sent away again', async () => {
  await addIntegration(ledger.db, 'one');
  const calls: { id: string; at: number }[] = [];
  let limited = true;
  const { take } = start([
    sinkThat(async (event) => {
      calls.push({ id: event.id, at: performance.now() });
      return limited ? retry('429', { after: 1 }) : delivered();
    }),
  ]);
  const ids = Array.from({ length: 30 }, (_, n) => `e${n}`);
  await take(ids.map((id) => record(id, { key: id })));
  // What went out together was sent away together.
  const later = () => calls.filter(({ at }) => at > (calls[0]?.at ?? 0) + 800);
  await eventually(() => expect(later().length).toBeGreaterThanOrEqual(3), { deadlineMs: 15_000 });
  limited = false;
  const alone = later();
  for (let n = 1; n < alone.length; n += 1)
    expect((alone[n]?.at ?? 0) - (alone[n - 1]?.at ?? 0)).toBeGreaterThan(800);
  const all = await settled(30);
  expect(all.filter(({ state, attempts }) => state !== 'delivered' || attempts !== 1)).toEqual([]);
});
