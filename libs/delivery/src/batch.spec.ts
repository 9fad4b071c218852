// Many events in one call: who goes together, what becomes of each, and that a repeat is the same call again.

import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import {
  type Batch,
  broken,
  type DeliveryOutcome,
  defineSink,
  delivered,
  isOutcome,
  rejected,
  retry,
  type Sink,
  skipped,
} from '@switchboard/sink';
import { eventually, freezable, httpStub } from '@switchboard/testing';
import { z } from 'zod';
import { freshLedger } from './spec-kit.ts';

const ledger = freshLedger('one');
const { start, startOn, settled, allDelivered, untilClaiming } = ledger;

interface Call {
  readonly ids: readonly string[];
  readonly key: string;
}
type Said = DeliveryOutcome | readonly DeliveryOutcome[];

const config = z.object({ url: z.url(), token: z.string().meta({ secret: true }) });

function batchSink(
  calls: Call[],
  say: (call: Call, nth: number) => Said | Promise<Said>,
  { size = 4, waitSeconds = 0.1 }: Partial<Pick<Batch, 'size' | 'waitSeconds'>> = {},
): Sink {
  return defineSink({
    name: 'probe',
    accepts: [conversationEscalated, leadQualified],
    needs: { [conversationEscalated.type]: ['conversation_id'] },
    config,
    idempotency: 'key-header',
    batch: {
      size,
      waitSeconds,
      async deliver(entries, { idempotencyKey }) {
        const call = { ids: entries.map(({ event }) => event.id), key: idempotencyKey };
        calls.push(call);
        return say(call, calls.length);
      },
    },
  }) as unknown as Sink;
}

const events = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => record(`e${from + i}`, { key: `k${from + i}` }));
const idsOf = (calls: readonly Call[]) => calls.map(({ ids }) => ids);

test('a full batch goes at once, the rest when it has waited', async () => {
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, () => delivered('there'), { waitSeconds: 2 })]);
  await take(events(6));
  await eventually(() => expect(idsOf(calls)).toEqual([['e0', 'e1', 'e2', 'e3']]));
  const all = await allDelivered(6);
  expect(idsOf(calls)).toEqual([
    ['e0', 'e1', 'e2', 'e3'],
    ['e4', 'e5'],
  ]);
  expect(all.every(({ reference, attempts }) => reference === 'there' && attempts === 1)).toBe(true);
});

test('events of one conversation go one after the other, and types apart', async () => {
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, () => delivered())]);
  const lead = { ...leadQualified.example, conversation_id: 'a' };
  await take([
    record('a1', { key: 'a' }),
    record('b1', { key: 'b' }),
    record('a2', { key: 'a' }),
    record('c-lead', { key: 'c', type: leadQualified.type, data: { ...lead, conversation_id: 'c' } }),
  ]);
  await allDelivered(4);
  expect(idsOf(calls)).toHaveLength(3);
  expect(idsOf(calls)).toEqual(expect.arrayContaining([['a1', 'b1'], ['a2'], ['c-lead']]));
  expect(idsOf(calls).flat().indexOf('a1')).toBeLessThan(idsOf(calls).flat().indexOf('a2'));
});

test('each event has its own outcome where the other side tells them apart', async () => {
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

test('a batch that fails is tried again as it was, under its key, whatever has come meanwhile', async () => {
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

test('a large batch that is told to come back later comes back whole, under its key', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number) => (nth === 1 ? retry('429', { after: 1 }) : delivered());
  const { take } = start([batchSink(calls, say, { size: 20, waitSeconds: 0.2 })]);
  await take(events(20));
  await allDelivered(20);
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
});

test('a batch whose outcome nobody knows is repeated by the next process as it was', async () => {
  const calls: Call[] = [];
  const frozen = freezable(ledger.db);
  // Stops between the call and the record of it.
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

test('a batch that lost a member goes on without it, as a new one', async () => {
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

test('one that is refused as a whole is tried event by event: only what is at fault dies', async () => {
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

test('events that decide themselves are in no call, and the others are', async () => {
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, () => delivered())]);
  await take([record('bad', { key: 'bad', data: { conversation_id: 7 } }), ...events(2)]);
  const all = await settled(3);
  expect(all.map(({ event, state, calls: count }) => [event, state, count])).toEqual([
    ['bad', 'dead', 0],
    ['e0', 'delivered', 1],
    ['e1', 'delivered', 1],
  ]);
  expect(idsOf(calls)).toEqual([['e0', 'e1']]);
});

test('limits count calls', async () => {
  const perSecond = 10;
  await addIntegration(ledger.db, 'one', {
    delivery: { ...fast, limits: { per_second: perSecond, burst: 1, concurrency: 1 } },
  });
  const calls: Call[] = [];
  const times: number[] = [];
  const { take } = start([
    batchSink(calls, () => {
      times.push(performance.now());
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  const begun = performance.now();
  await take(events(60));
  await allDelivered(61);
  const [, ...pauses] = times.map((time) => time - begun);
  // A call is some time after its start, so that two of them may be closer than their starts; but however late others
  // are, none is sooner than the limiter lets it start, counted from before the first.
  const sooner = pauses.filter((pause, nth) => pause < (nth * 1000) / perSecond - 1);
  expect({ pauses, sooner }).toEqual({ pauses: Array(15).fill(expect.any(Number)), sooner: [] });
});

test('a token that is refused parks the whole batch', async () => {
  await addIntegration(ledger.db, 'one', { delivery: { ...fast, limits: { concurrency: 1 } } });
  const calls: Call[] = [];
  const { take } = start([batchSink(calls, (_call, nth) => (nth === 1 ? broken('401') : delivered()))]);
  await take(events(12));
  await allDelivered(12);
  expect(calls[1]).toEqual(calls[0]);
  expect(new Set(idsOf(calls).flat()).size).toBe(12);
});

test('an answer for more or fewer events than there are is a bug, and nothing is taken for delivered', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number): Said => (nth === 1 ? [delivered()] : delivered());
  const { take, told } = start([batchSink(calls, say)]);
  await take(events(2));
  await allDelivered(2);
  expect(calls[1]).toEqual(calls[0]);
  expect(told.logs.filter((line) => line.includes('BatchMismatchError'))).toHaveLength(1);
});

test('an answer with something in it that is no outcome is a bug, and the batch is repeated as it was', async () => {
  const calls: Call[] = [];
  const say = (_call: Call, nth: number): Said =>
    nth === 1 ? [retry('503'), 'delivered' as unknown as DeliveryOutcome] : delivered();
  const { take, told } = start([batchSink(calls, say)]);
  await take(events(2));
  await allDelivered(2);
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
  expect(told.logs.filter((line) => line.includes('a bug in it'))).toHaveLength(1);
});

test('a test of one event is a batch of it', async () => {
  const stub = await httpStub(() => ({}));
  ledger.endLater(() => stub.close());
  const calls: Call[] = [];
  const sink = batchSink(calls, () => [delivered('x')]);
  const outcome = await sink.deliver(
    {
      id: 'e',
      type: 'conversation.escalated',
      tenantId: 't',
      acceptedAt: new Date(),
      data: {},
      leftOut: [],
      enrichment: {},
    },
    { idempotencyKey: 'key' } as Parameters<Sink['deliver']>[1],
  );
  expect(isOutcome(outcome) && outcome.kind).toBe('delivered');
  expect(calls).toEqual([{ ids: ['e'], key: 'key' }]);
  expect(await rows(ledger.db)).toEqual([]);
});

test.each([
  { size: 0, waitSeconds: 1 },
  { size: 257, waitSeconds: 1 },
  { size: 10, waitSeconds: 61 },
  { size: 10, waitSeconds: Number.NaN },
])('no batch of $size events that wait $waitSeconds s', (batch) => {
  expect(() => batchSink([], () => delivered(), batch)).toThrow(RangeError);
});
