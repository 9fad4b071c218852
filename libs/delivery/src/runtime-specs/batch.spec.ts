// Which events go out together in one call, and when.
import { leadQualified } from '@switchboard/contracts';
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { delivered, isOutcome, type Sink } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { freshLedger } from '../spec-kit.ts';
import { batchSink, type Call, events, idsOf } from './test-batch-sink.ts';

const ledger = freshLedger('one');
const { start, settled, allDelivered, untilClaiming } = ledger;

test('a full batch goes out at once, an incomplete one after waitSeconds', async () => {
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

test('events of one conversation go out one after the other, and each type in its own batch', async () => {
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

test('events that need no call are not in the batch, the others are', async () => {
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
  // Calls are seen a little after their start, so two of them may be closer than their starts. But none may be sooner than
  // the limiter allows, counted from before the first.
  const sooner = pauses.filter((pause, nth) => pause < (nth * 1000) / perSecond - 1);
  expect({ pauses, sooner }).toEqual({ pauses: Array(15).fill(expect.any(Number)), sooner: [] });
});

test('a single event is delivered as a batch of one', async () => {
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
])('a batch of $size events that waits $waitSeconds s is refused', (batch) => {
  expect(() => batchSink([], () => delivered(), batch)).toThrow(RangeError);
});
