// A replayed delivery is tried again by a running sink, in order, with the same key unless forced.
import { parseId, replayDeadLetters, showDeadLetter } from '@switchboard/ledger';
import {
  actions,
  actor,
  addDeadDeliveries,
  countByState,
  escalation,
  noKafka,
  record,
  rows,
} from '@switchboard/ledger/spec-kit';
import { delivered, rejected, type SinkContext, type SinkEvent } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');

const everything = { filter: {} };
const replay = (force = false) => replayDeadLetters(ledger.db, noKafka, everything, { actor, force });

/** A sink that rejects until it is repaired, and notes what it was given. */
function repairable() {
  const calls: { event: string; key: string; steps: number }[] = [];
  const sink = { repaired: false };
  let steps = 0;
  const deliver = async (event: SinkEvent, ctx: SinkContext) => {
    await ctx.step('first', async () => ++steps);
    calls.push({ event: event.id, key: ctx.idempotencyKey, steps });
    return sink.repaired ? delivered('ref') : rejected('no such channel');
  };
  return { calls, sink, probe: sinkThat(deliver) };
}

test('a replay is a new attempt with the next number and the same key, and goes on after the stored steps', async () => {
  const { calls, sink, probe } = repairable();
  const { take } = ledger.start([probe]);
  await take([record('e1', { value: escalation('k') })]);
  await ledger.settled(1);
  sink.repaired = true;
  expect(await replay()).toMatchObject({ deliveries: { done: 1, missing: 0 }, records: { done: 0 } });
  const [row] = await ledger.allDelivered(1);
  expect(row).toMatchObject({ state: 'delivered', attempts: 1, calls: 2, reference: 'ref' });
  expect(calls.map(({ event }) => event)).toEqual(['e1', 'e1']);
  expect(calls[1]).toEqual(calls[0]);
  const shown = await showDeadLetter(ledger.db, { kind: 'delivery', delivery: 1 }, { body: true });
  expect(shown).toMatchObject({
    settled: { state: 'replayed', actor },
    row: { state: 'delivered', reference: 'ref' },
    calls: [
      { number: 1, outcome: 'rejected', reason: 'no such channel' },
      { number: 2, outcome: 'delivered' },
    ],
    body: escalation('k'),
  });
  expect(await replay()).toMatchObject({ deliveries: { done: 0, missing: 0 } });
});

test('forced: a new key each time, and no step counts as done', async () => {
  const { calls, probe } = repairable();
  const { take } = ledger.start([probe]);
  await take([record('e1', { value: escalation('k') })]);
  await ledger.settled(1);
  for (const number of [2, 3]) {
    await replay(true);
    await eventually(async () =>
      expect(await rows(ledger.db)).toMatchObject([{ state: 'dead', calls: number }]),
    );
  }
  await replay(false);
  await eventually(async () => expect(await rows(ledger.db)).toMatchObject([{ state: 'dead', calls: 4 }]));
  expect(new Set(calls.slice(0, 3).map(({ key }) => key)).size).toBe(3);
  expect(calls[3]?.key).toBe(calls[2]?.key);
  expect(calls.map(({ steps }) => steps)).toEqual([1, 2, 3, 3]);
  expect(await actions(ledger.db)).toMatchObject([
    { verb: 'replay', actor, forced: true, deliveries: 1, finished: true },
    { forced: true, deliveries: 1 },
    { forced: false, deliveries: 1 },
  ]);
});

test('rows of a key are delivered in the order of the ledger, across batches', async () => {
  const count = 1100;
  const deaths = Array.from({ length: count }, (_, n) => ({ event: `e${n}`, key: `k${n % 7}`, ago: n }));
  await addDeadDeliveries(ledger.db, deaths);
  const seen: string[] = [];
  ledger.start([
    sinkThat(async (event) => {
      seen.push(event.id);
      return delivered();
    }),
  ]);
  expect(await replay()).toMatchObject({ deliveries: { done: count } });
  await ledger.allDelivered(count);
  for (let key = 0; key < 7; key += 1) {
    const numbers = seen.map((id) => Number(id.slice(1))).filter((n) => n % 7 === key);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
  expect(seen).toHaveLength(count);
});

test('only dead letters that match the filter are replayed, and once even when two people replay them at a time', async () => {
  const ids = await addDeadDeliveries(ledger.db, [
    { event: 'a' },
    { event: 'b' },
    { event: 'c' },
    { event: 'd', ago: -3600 },
  ]);
  const chosen = { ids: [ids[0] ?? '', ids[2] ?? '', ids[3] ?? '', 'd-999'].map(parseId) };
  const both = await Promise.all([1, 2].map(() => replayDeadLetters(ledger.db, noKafka, chosen, { actor })));
  expect(both.map(({ deliveries }) => deliveries.done).sort()).toEqual([0, 2]);
  expect((await rows(ledger.db)).map(({ event, state }) => [event, state])).toEqual([
    ['a', 'waiting'],
    ['b', 'dead'],
    ['c', 'waiting'],
    ['d', 'dead'],
  ]);
  expect((await actions(ledger.db)).map(({ chosen: asked }) => asked)).toEqual([
    { ids: [ids[0], ids[2], ids[3], 'd-999'] },
    { ids: [ids[0], ids[2], ids[3], 'd-999'] },
  ]);
});

test('a delivery of a deleted integration stays dead', async () => {
  await addDeadDeliveries(ledger.db, [{ event: 'a', integration: 'gone' }, { event: 'b' }]);
  expect(await replay()).toMatchObject({ deliveries: { done: 1, missing: 1 } });
  expect(await countByState(ledger.db)).toEqual({ waiting: 1, dead: 1 });
  expect(await actions(ledger.db)).toMatchObject([{ deliveries: 1, failed: 1, finished: true }]);
});

test('the age of a replayed delivery counts from its replay', async () => {
  await addDeadDeliveries(ledger.db, [{ event: 'old' }]);
  await ledger.db.query(`update delivery set accepted_at = now() - interval '40 days'`);
  await ledger.db.query(`update integrations set active = false`);
  await replay();
  const ages = { maxAgeSeconds: 3600, maxParkedSeconds: 3600 };
  const { runtime } = ledger.start([sinkThat(async () => delivered())]);
  expect(await runtime.waiting.expire(ages)).toBe(0);
  await ledger.db.query(`update delivery set replayed_at = now() - interval '2 hours'`);
  expect(await runtime.waiting.expire(ages)).toBe(1);
});
