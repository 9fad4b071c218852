// A dry run shows what a replay would send. The process that hosts the sink runs it; without one, the result says so.
import { dryRunReplay, editDeadLetter, parseId, replayDeadLetters } from '@switchboard/ledger';
import {
  actions,
  actor,
  addDeadDeliveries,
  addIntegration,
  escalation,
  noKafka,
  record,
  rows,
} from '@switchboard/ledger/spec-kit';
import { byStatus, delivered, rejected } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const everything = { filter: {} };

test('shows the requests and sends none, with the edited body and the trace of the event', async () => {
  const stub = await httpStub(() => ({}));
  ledger.endLater(() => stub.close());
  await addIntegration(ledger.db, 'one', { config: { url: stub.url } });
  let live = true;
  const { take } = ledger.start(
    [
      sinkThat(async (event, { http, config }) => {
        if (live) return rejected('no');
        await http.post(`${config.url}/rooms?token=${config.token}`, { json: event.data });
        return delivered();
      }),
    ],
    { dueMs: 20, beatMs: 200, silenceSeconds: 2, jobsMs: 50 },
  );
  const trace = `00-${'7'.repeat(32)}`;
  await take([record('e1', { value: escalation('k'), traceparent: `${trace}-00f067aa0ba902b7-01` })]);
  await ledger.settled(1);
  live = false;
  await editDeadLetter(ledger.db, parseId('d-1'), escalation('edited'), { actor });
  const rehearsal = await dryRunReplay(ledger.db, everything, { actor });
  expect(rehearsal).toMatchObject({
    deliveries: 1,
    records: 0,
    firstDeliveries: [
      {
        delivery: 1,
        outcome: 'delivered',
        requests: [
          {
            method: 'POST',
            host: new URL(stub.url).host,
            headers: { traceparent: expect.stringContaining(trace) },
            body: expect.stringContaining('edited'),
          },
        ],
      },
    ],
  });
  expect(JSON.stringify(rehearsal)).not.toContain('t0ken');
  expect(stub.requests).toEqual([]);
  expect(await rows(ledger.db)).toMatchObject([{ state: 'dead', calls: 1 }]);
  expect((await actions(ledger.db)).at(-1)).toMatchObject({
    verb: 'replay',
    dry: true,
    deliveries: 0,
    finished: true,
  });
});

test('forced: shows the key and the steps of a forced replay', async () => {
  const stub = await httpStub(() => ({ status: 400 }));
  ledger.endLater(() => stub.close());
  await addIntegration(ledger.db, 'one', { config: { url: stub.url } });
  const { take } = ledger.start([
    sinkThat(async (_event, ctx) => {
      await ctx.step('first', async () => (await ctx.http.post(`${ctx.config.url}/first`)).status);
      return byStatus(await ctx.http.post(`${ctx.config.url}/second`));
    }),
  ]);
  await take([record('e1', { value: escalation('k') })]);
  await ledger.settled(1);
  const shown = async (force: boolean) => {
    const { firstDeliveries } = await dryRunReplay(ledger.db, everything, { actor, force });
    const [one] = firstDeliveries;
    if (one === undefined || 'problem' in one) throw new Error(`nothing is shown: ${one?.problem}`);
    return one.requests.map(({ path, headers }) => [path, headers['idempotency-key']]);
  };
  const sent = (from: number) =>
    stub.requests.slice(from).map(({ path, headers }) => [path, headers['idempotency-key']]);
  for (let forced = 0; forced < 2; forced += 1) {
    const before = stub.requests.length;
    const plain = await shown(false);
    expect(plain).toEqual([['/second', stub.requests.at(-1)?.headers['idempotency-key']]]);
    const rehearsed = await shown(true);
    expect(rehearsed.map(([path]) => path)).toEqual(['/first', '/second']);
    expect(stub.requests).toHaveLength(before);
    await replayDeadLetters(ledger.db, noKafka, everything, { actor, force: true });
    await eventually(() => expect(stub.requests).toHaveLength(before + 2));
    expect(sent(before)).toEqual(rehearsed);
    await ledger.settled(1);
  }
  // One ordinary and two forced ones, with two calls each.
  expect(new Set(sent(0).map(([, key]) => key)).size).toBe(6);
});

test('says when no process hosts the sink, and when the integration is gone', async () => {
  await addDeadDeliveries(ledger.db, [{ event: 'a' }, { event: 'b', integration: 'gone' }]);
  const begun = performance.now();
  const { firstDeliveries } = await dryRunReplay(ledger.db, everything, { actor, deadlineMs: 60_000 });
  expect(performance.now() - begun).toBeLessThan(30_000);
  expect(firstDeliveries).toEqual([
    { delivery: 1, problem: expect.stringContaining('no process of sink-probe is running') },
    { delivery: 2, problem: expect.stringContaining('no longer exists') },
  ]);
});

test('after the deadline a process that does not answer is not waited for, and its jobs are withdrawn', async () => {
  await addDeadDeliveries(ledger.db, [{ event: 'a' }]);
  await ledger.db.query(`insert into sink_instance (id, sinks) values (gen_random_uuid(), '{probe}')`);
  const { firstDeliveries } = await dryRunReplay(ledger.db, everything, { actor, deadlineMs: 300 });
  expect(firstDeliveries).toEqual([
    { delivery: 1, problem: expect.stringContaining('answered within 0.3 s') },
  ]);
  await eventually(async () => expect(await ledger.db.query('select 1 from sink_job')).toEqual([]));
});

test('only the first of many are shown', async () => {
  await addDeadDeliveries(
    ledger.db,
    Array.from({ length: 12 }, (_, n) => ({ event: `e${n}` })),
  );
  const { deliveries, firstDeliveries } = await dryRunReplay(ledger.db, everything, { actor, sample: 3 });
  expect(deliveries).toBe(12);
  expect(firstDeliveries.map(({ delivery }) => delivery)).toEqual([1, 2, 3]);
});
