// What a clean stop promises: in-flight calls finish, no new ones begin, everything else is released.
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { delivered, retry } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { freshLedger, quick, runtimeOf, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { start, openWire, untilClaiming, allDelivered } = ledger;

test('a stop lets calls finish, releases everything else at once and leaves no claims', async () => {
  const wire = await openWire();
  const calls: string[] = [];
  let finish = (): void => undefined;
  const finishing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const a = runtimeOf(
    wire.db,
    [
      sinkThat(async (event) => {
        calls.push(event.id);
        if (event.id !== 'first') await finishing;
        return delivered('from a');
      }),
    ],
    { ...quick, silenceSeconds: 60 },
  );
  await untilClaiming(a.take);
  await a.take(Array.from({ length: 10 }, (_, i) => record(`e${i}`, { key: `k${i % 2}` })));
  await eventually(() => expect(calls).toHaveLength(3));
  const stopped = a.runtime.stop(5_000);
  finish();
  await stopped;
  const all = await rows(ledger.db);
  expect(all.filter(({ state }) => state === 'delivered').map(({ event }) => event)).toEqual([
    'first',
    'e0',
    'e1',
  ]);
  expect(all.filter(({ claimed }) => claimed)).toEqual([]);
  expect(await ledger.db.query('select id from sink_instance')).toEqual([]);
  start([sinkThat(async () => delivered('from b'))], { ...quick, silenceSeconds: 60 });
  const after = await allDelivered(11);
  expect(after.filter(({ reference }) => reference === 'from b')).toHaveLength(8);
});

test('after a stop a delivery begins no further call; the next process goes on after the stored step', async () => {
  const wire = await openWire();
  const stub = await httpStub(({ path }, index) => (path === '/one' && index === 0 ? { delayMs: 300 } : {}));
  ledger.endLater(() => stub.close());
  const twoCalls = sinkThat(async (event, ctx) => {
    if (event.id === 'first') return delivered();
    await ctx.step('one', async () => (await ctx.http.post(`${stub.url}/one`)).status);
    await ctx.http.post(`${stub.url}/two`);
    return delivered();
  });
  const { runtime, take } = runtimeOf(wire.db, [twoCalls]);
  await untilClaiming(take);
  await take([record('both')]);
  await eventually(() => expect(stub.requests).toHaveLength(1));
  await runtime.stop(5_000);
  expect(stub.requests.map(({ path }) => path)).toEqual(['/one']);
  start([twoCalls]);
  await allDelivered(2);
  expect(stub.requests.map(({ path }) => path)).toEqual(['/one', '/two']);
});

test('a stop cuts off calls that take too long and counts no attempt for them', async () => {
  const wire = await openWire();
  let called = 0;
  const stub = await httpStub(() => ({ fault: 'hang' }));
  ledger.endLater(() => stub.close());
  const { runtime, take } = runtimeOf(wire.db, [
    sinkThat(async (event, ctx) => {
      if (event.id === 'first') return delivered();
      called += 1;
      await ctx.http.post(stub.url, { timeoutMs: 60_000 });
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  await take([record('slow')]);
  await eventually(() => expect(called).toBe(1));
  await runtime.stop(2_300);
  expect((await rows(ledger.db))[1]).toMatchObject({
    state: 'waiting',
    attempts: 0,
    calls: 1,
    claimed: false,
  });
});

test('a call that a stop cut off counts as a timeout for `dont_retry_on`; one that it did not let begin does not', async () => {
  const wire = await openWire();
  const stub = await httpStub(({ path }) => (path === '/hang' ? { fault: 'hang' } : { delayMs: 300 }));
  ledger.endLater(() => stub.close());
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, dont_retry_on: ['timeout'] } });
  const { runtime, take } = runtimeOf(wire.db, [
    sinkThat(async (event, ctx) => {
      if (event.id === 'first') return delivered();
      await ctx.http.post(`${stub.url}/${event.id}`, { timeoutMs: 60_000 });
      await ctx.http.post(`${stub.url}/second`);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  await take([record('hang', { key: 'a' }), record('quick', { key: 'b' })]);
  await eventually(() => expect(stub.requests).toHaveLength(2));
  await runtime.stop(2_800);
  const all = await rows(ledger.db);
  expect(all.find(({ event }) => event === 'hang')).toMatchObject({ state: 'dead', attempts: 1 });
  expect(all.find(({ event }) => event === 'quick')).toMatchObject({ state: 'waiting', attempts: 0 });
  expect(stub.requests.map(({ path }) => path).sort()).toEqual(['/hang', '/quick']);
});

test('a stop does not wait for a sink that ignores it: the next process repeats the delivery, and the late result is ignored', async () => {
  const wire = await openWire();
  const signals: AbortSignal[] = [];
  let wake = (): void => undefined;
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const a = runtimeOf(
    wire.db,
    [
      sinkThat(async (event, ctx) => {
        if (event.id === 'first') return delivered();
        signals.push(ctx.signal);
        await asleep;
        return delivered('from a');
      }),
    ],
    { ...quick, silenceSeconds: 60 },
  );
  await untilClaiming(a.take);
  await a.take([record('hanging', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(signals).toHaveLength(1));
  const begun = performance.now();
  await a.runtime.stop(300);
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect((await rows(ledger.db)).slice(1)).toMatchObject([
    { event: 'hanging', state: 'waiting', attempts: 0, calls: 0, claimed: false },
    { event: 'behind', state: 'waiting', attempts: 0, calls: 0, claimed: false },
  ]);
  expect(await ledger.db.query('select id from sink_instance')).toEqual([]);
  const [warning, ...more] = a.observed.logs.filter((line) => line.startsWith('Deliveries did not end'));
  const [hanging] = await ledger.db.query<{ id: number }>(
    `select id from delivery where event_id = 'hanging'`,
  );
  expect(warning?.split(' them. ')[1]).toBe(`{"delivery_ids":[${hanging?.id}]}`);
  expect(more).toEqual([]);
  start([sinkThat(async () => delivered('from b'))], { ...quick, silenceSeconds: 60 });
  const before = await allDelivered(3);
  wake();
  await eventually(() => expect(a.observed.logs.join()).toContain('Some outcomes were written before'));
  expect(await rows(ledger.db)).toEqual(before);
  expect(before.map(({ reference }) => reference)).toEqual([null, 'from b', 'from b']);
});

test('slots are released even when the state of an integration cannot be stored', async () => {
  const wire = await openWire();
  let calls = 0;
  const { runtime, take, observed } = runtimeOf(wire.db, [
    sinkThat(async (event) => {
      if (event.id === 'first') return delivered();
      calls += 1;
      return retry('503');
    }),
  ]);
  await untilClaiming(take);
  await ledger.db.query('alter table integration_state rename to elsewhere');
  await take([record('fails')]);
  await eventually(() => expect(calls).toBeGreaterThan(0));
  await runtime.stop(2_000);
  expect(observed.logs.join()).toContain('could not be stored at the end');
  expect(await ledger.db.query('select id from sink_instance')).toEqual([]);
  expect(await ledger.db.query('select 1 from sink_slot where owner is not null')).toEqual([]);
});

test('a stop does not wait for upkeep that does not end', async () => {
  const never = new Promise<never>(() => undefined);
  const { db } = ledger;
  const stuck = {
    ...db,
    dedicated: (settings: Parameters<typeof db.dedicated>[0]) => ({
      ...db.dedicated(settings),
      session: () => never,
    }),
  };
  const { runtime, take, observed } = runtimeOf(stuck, [sinkThat(async () => delivered())]);
  await untilClaiming(take);
  await runtime.stop(300);
  expect(observed.logs.join()).toContain('The upkeep of the ledger did not end');
  expect(await db.query('select id from sink_instance')).toEqual([]);
});
