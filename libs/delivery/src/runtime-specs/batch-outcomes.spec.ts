// What becomes of the events of a batch. A batch that is repeated has the same members and the same key.
import { addIntegration, fast, record } from '@switchboard/ledger/spec-kit';
import { broken, type DeliveryOutcome, delivered, rejected, retry, skipped } from '@switchboard/sink';
import { eventually, freezable } from '@switchboard/testing';
import { freshLedger } from '../spec-kit.ts';
import { type BatchAnswer, batchSink, type Call, events, idsOf } from './test-batch-sink.ts';

const ledger = freshLedger('one');
const { start, startOn, settled, allDelivered } = ledger;

test('each event can have its own outcome', async () => {
  const calls: Call[] = [];
  const say = ({ ids }: Call, nth: number) =>
    ids.map((id) => {
      if (id === 'e1') return rejected('invalid');
      if (id === 'e2' && nth === 1) return retry('locked');
      return id === 'e3' ? skipped('known') : delivered(`r-${id}`);
    });
  const { take } = start([batchSink(calls, say)]);
  await take(events(4));
  const all = await settled(4);
  expect(all.map(({ event, state, attempts, reference }) => [event, state, attempts, reference])).toEqual([
    ['e0', 'delivered', 1, 'r-e0'],
    ['e1', 'dead', 1, null],
    ['e2', 'delivered', 2, 'r-e2'],
    ['e3', 'skipped', 1, null],
  ]);
  expect(idsOf(calls)).toEqual([['e0', 'e1', 'e2', 'e3'], ['e2']]);
});

test('a batch that fails is repeated with the same members and key, whatever has arrived meanwhile', async () => {
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, (_call, nth) => (nth === 1 ? retry('503') : delivered()))]);
  await take(events(3));
  await eventually(() => expect(calls).toHaveLength(1));
  await take(events(2, 3));
  await allDelivered(5);
  const [first, ...later] = calls;
  expect(first?.ids).toEqual(['e0', 'e1', 'e2']);
  expect(later).toContainEqual(first);
  expect(idsOf(later)).toContainEqual(['e3', 'e4']);
  expect(later).toHaveLength(2);
});

test('a large batch with a Retry-After is repeated whole, with the same key', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number) => (nth === 1 ? retry('429', { after: 1 }) : delivered());
  const { take } = start([batchSink(calls, say, { size: 20, waitSeconds: 0.2 })]);
  await take(events(20));
  await allDelivered(20);
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
});

test('a batch with an unknown outcome is repeated by the next process with the same members', async () => {
  const calls: Call[] = [];
  const frozen = freezable(ledger.db);
  // Stops between the call and recording it.
  const dying = batchSink(calls, ({ ids }) => {
    if (!ids.includes('first')) frozen.freeze();
    return delivered();
  });
  const victim = startOn(frozen, [dying]);
  ledger.endLater(async () => frozen.thaw());
  await victim.take([record('first')]);
  await allDelivered(1);
  await victim.take(events(3));
  await eventually(() => expect(calls).toHaveLength(2));
  const heir: Call[] = [];
  start([batchSink(heir, () => delivered('by the heir'))]);
  const all = await allDelivered(4);
  expect(heir).toEqual([calls[1]]);
  expect(all.slice(1).map(({ reference }) => reference)).toEqual(Array(3).fill('by the heir'));
});

test('a batch that lost a member goes on without it, with a new key', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, retry: { first_seconds: 2 } } });
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, (_call, nth) => (nth === 1 ? retry('503') : delivered()))]);
  await take(events(3));
  await eventually(() => expect(calls).toHaveLength(1));
  await eventually(async () => {
    const gone = await ledger.db.query(
      `update delivery set state = 'skipped', claim = null, finished_at = now()
       where event_id = 'e1' and claim is null returning id`,
    );
    expect(gone).toHaveLength(1);
  });
  await allDelivered(2);
  expect(idsOf(calls)).toEqual([
    ['e0', 'e1', 'e2'],
    ['e0', 'e2'],
  ]);
  expect(calls[1]?.key).not.toBe(calls[0]?.key);
});

test('a batch that is rejected as a whole is tried event by event: only the event at fault is dead', async () => {
  const calls: Call[] = [];
  const say = ({ ids }: Call) => (ids.includes('e1') ? rejected('one of them is invalid') : delivered());
  const { take } = start([batchSink(calls, say)]);
  await take(events(3));
  const all = await settled(3);
  expect(all.map(({ event, state, attempts }) => [event, state, attempts])).toEqual([
    ['e0', 'delivered', 1],
    ['e1', 'dead', 1],
    ['e2', 'delivered', 1],
  ]);
  expect(idsOf(calls)[0]).toEqual(['e0', 'e1', 'e2']);
  expect(idsOf(calls).slice(1).sort()).toEqual([['e0'], ['e1'], ['e2']]);
});

test('`broken` parks the whole batch', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, limits: { concurrency: 1 } } });
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, (_call, nth) => (nth === 1 ? broken('401') : delivered()))]);
  await take(events(12));
  await allDelivered(12);
  expect(calls[1]).toEqual(calls[0]);
  expect(new Set(idsOf(calls).flat()).size).toBe(12);
});

test('a wrong number of outcomes is a bug, and no event counts as delivered', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number): BatchAnswer => (nth === 1 ? [delivered()] : delivered());
  const { take, observed } = start([batchSink(calls, say)]);
  await take(events(2));
  await allDelivered(2);
  expect(calls[1]).toEqual(calls[0]);
  expect(observed.logs.filter((line) => line.includes('BatchMismatchError'))).toHaveLength(1);
});

test('an answer with something that is not an outcome is a bug, and the batch is repeated with the same members', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number): BatchAnswer =>
    nth === 1 ? [retry('503'), 'delivered' as unknown as DeliveryOutcome] : delivered();
  const { take, observed } = start([batchSink(calls, say)]);
  await take(events(2));
  await allDelivered(2);
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
  expect(observed.logs.filter((line) => line.includes('a bug in it'))).toHaveLength(1);
});
