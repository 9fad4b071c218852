// What a replay would send, told by the process that hosts the sink, and said clearly when none does.
import { eventually, httpStub } from '@switchboard/testing';
import { delivered, rejected } from '../author/outcome.ts';
import { addIntegration, freshLedger, record, rows, sinkThat } from '../spec-kit.ts';
import { parseId } from './dead-letter-id.ts';
import { editDeadLetter } from './edit.ts';
import { rehearseReplay } from './rehearse.ts';
import { actions, actor, die, escalation } from './test-deaths.ts';

const ledger = freshLedger('one');
const everything = { filter: {} };

test('shows the requests and sends none, with the body as it was edited', async () => {
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
  await take([record('e1', { value: escalation('k') })]);
  await ledger.settled(1);
  live = false;
  await editDeadLetter(ledger.db, parseId('d-1'), escalation('edited'), { actor });
  const rehearsal = await rehearseReplay(ledger.db, everything, { actor });
  expect(rehearsal).toMatchObject({
    deliveries: 1,
    records: 0,
    firstDeliveries: [
      {
        delivery: 1,
        outcome: 'delivered',
        requests: [{ method: 'POST', host: new URL(stub.url).host, body: expect.stringContaining('edited') }],
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

test('says that no process hosts the sink, and that an integration is gone', async () => {
  await die(ledger.db, [{ event: 'a' }, { event: 'b', integration: 'gone' }]);
  const begun = performance.now();
  const { firstDeliveries } = await rehearseReplay(ledger.db, everything, { actor, deadlineMs: 60_000 });
  expect(performance.now() - begun).toBeLessThan(30_000);
  expect(firstDeliveries).toEqual([
    { delivery: 1, problem: expect.stringContaining('no process of sink-probe runs') },
    { delivery: 2, problem: expect.stringContaining('there no more') },
  ]);
});

test('a process that does not answer is not waited for any longer, and its jobs are taken back', async () => {
  await die(ledger.db, [{ event: 'a' }]);
  await ledger.db.query(`insert into sink_instance (id, sinks) values (gen_random_uuid(), '{probe}')`);
  const { firstDeliveries } = await rehearseReplay(ledger.db, everything, { actor, deadlineMs: 300 });
  expect(firstDeliveries).toEqual([
    { delivery: 1, problem: expect.stringContaining('answered within 0.3 s') },
  ]);
  await eventually(async () => expect(await ledger.db.query('select 1 from sink_job')).toEqual([]));
});

test('of many only the first are shown', async () => {
  await die(
    ledger.db,
    Array.from({ length: 12 }, (_, n) => ({ event: `e${n}` })),
  );
  const { deliveries, firstDeliveries } = await rehearseReplay(ledger.db, everything, { actor, sample: 3 });
  expect(deliveries).toBe(12);
  expect(firstDeliveries.map(({ delivery }) => delivery)).toEqual([1, 2, 3]);
});
