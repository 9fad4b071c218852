// Slow endpoints that answer 200 hold calls and memory for long. Other integrations must still get their share.
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('quick');
const { start, untilClaiming } = ledger;

const SLOW = 12;
const EACH = 560;

test('twelve slow endpoints with more rows than fit into memory leave calls and memory to a fast one', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const stub = await httpStub(async ({ path }) => {
    if (path === '/slow') await opened;
    return {};
  });
  ledger.endLater(() => stub.close());
  for (let i = 0; i < SLOW; i += 1)
    await addIntegration(ledger.db, `slow${i}`, {
      tenant: `slow${i}`,
      delivery: { ...fast, timeout_seconds: 300 },
    });
  const { take } = start([
    sinkThat(async (event, ctx) => {
      if (event.id !== 'first')
        await ctx.http.post(`${stub.url}/${event.id.startsWith('slow') ? 'slow' : 'quick'}`);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  for (let i = 0; i < SLOW; i += 1) {
    const all = Array.from({ length: EACH }, (_, n) => record(`slow${i}-${n}`, { tenant: `slow${i}` }));
    await take(all.slice(0, EACH / 2));
    await take(all.slice(EACH / 2));
  }
  const slow = () => stub.requests.filter(({ path }) => path === '/slow').length;
  await eventually(() => expect(slow()).toBeGreaterThan(250));
  const quick = async () => (await rows(ledger.db)).filter(({ integration }) => integration === 'quick');
  // More rows at once than the slow ones leave room for.
  for (let chunk = 0; chunk < 5; chunk += 1) {
    await take(Array.from({ length: 60 }, (_, n) => record(`quick${chunk}-${n}`)));
  }
  await eventually(
    async () => expect((await quick()).filter(({ state }) => state === 'delivered')).toHaveLength(301),
    { deadlineMs: 90_000 },
  );
  expect(slow()).toBeLessThanOrEqual(512 - 30);
  open();
  // The throttled ones go on.
  await eventually(() => expect(slow()).toBeGreaterThan(1_000));
});
