// A repeated batch needs capacity for all of its rows at once. Other integrations that always have calls in flight must not
// keep it waiting for ever.
import { conversationEscalated, deliverySettings } from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import { BATCH } from '../attempt/batch-membership.ts';
import { IntegrationQueue } from './integration-queue.ts';
import { IntegrationQueues, MAX_UNRECORDED, type NextAttempt } from './integration-queues.ts';

const { type } = conversationEscalated;
const SIZE = 256;
let ids = 0;

function queueOf(queues: IntegrationQueues, integrationId: string, size?: number): IntegrationQueue {
  const delivery = deliverySettings.parse({});
  const queue = new IntegrationQueue(
    { integrationId, tenantId: 't', sink: 'probe', slot: 0, epoch: 1 },
    {
      version: '1',
      delivery,
      limits: { ...delivery.limits, per_second: null, concurrency: 600 },
      types: [type],
      holdSeconds: 1,
      batch: size === undefined ? undefined : { size, waitSeconds: 1 },
    },
    undefined,
    { mono: performance.now(), wall: Date.now() },
  );
  queue.suspended = false;
  queues.set(queue);
  return queue;
}

const rowsOf = (integrationId: string, count: number, steps: object = {}): LedgerRow[] =>
  Array.from({ length: count }, () => {
    ids += 1;
    const row: Partial<LedgerRow> = {
      id: ids,
      integrationId,
      claim: 1,
      sink: 'probe',
      eventType: type,
      orderingKey: `k${ids}`,
      attemptsUsed: 1,
      steps: { ...steps },
    };
    return row as LedgerRow;
  });

test('a batch goes out although others always have a row to start', () => {
  const queues = new IntegrationQueues();
  const many = ['a', 'b', 'c'].map((id) => queueOf(queues, id));
  const batched = queueOf(queues, 'batched', SIZE);
  const underWay: NextAttempt[] = [];
  let now = performance.now();
  const turn = () => {
    for (const { identity } of many) queues.add(rowsOf(identity.integrationId, 2));
    for (let next = queues.next(now); next !== undefined; next = queues.next(now)) underWay.push(next);
  };
  const end = (one: NextAttempt) => {
    one.queue.ended(one.rows, now);
    for (const row of one.rows) {
      one.queue.lanes.finish(row);
      queues.recorded(one.queue, row);
    }
  };
  for (let n = 0; n < 200; n += 1) turn();
  expect(queues.next(now)).toBeUndefined();
  queues.add(rowsOf('batched', SIZE, { [BATCH]: { key: 'kept', size: SIZE } }));
  let most = 0;
  for (let n = 0; n < 2_000 && !underWay.some(({ rows }) => rows.length === SIZE); n += 1) {
    // As the runtime does from time to time.
    for (const queue of queues.all()) queues.wake(queue);
    now += 20;
    const [oldest] = underWay.splice(0, 1);
    if (oldest) end(oldest);
    turn();
    most = Math.max(
      most,
      underWay.reduce((sum, { rows }) => sum + rows.length, 0),
    );
  }
  expect(underWay.some(({ queue }) => queue === batched)).toBe(true);
  expect(most).toBeLessThanOrEqual(MAX_UNRECORDED);
  // The others go on.
  const [first] = underWay.filter(({ queue }) => queue === batched);
  if (first) end(first);
  turn();
  expect(underWay.at(-1)?.queue === batched).toBe(false);
});
