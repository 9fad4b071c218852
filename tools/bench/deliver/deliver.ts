// The bench of a sink service between a full topic and a receiver: throughput with few and with many conversations,
// latency at a steady rate, beside integrations that fail, and on a full ledger, whose dead letters are searched too.
import { alone, atLeast, atMost, compared, type Figure, ratioAtLeast } from '../figures.ts';
import { pairs, playRounds } from '../rounds.ts';
import type { Workbench } from '../workbench.ts';
import { fillLedger } from './full-ledger.ts';
import { bare, type Delivered, service, showDelivered } from './rate.ts';
import { searches } from './search.ts';
import { setStage, startReceiver } from './stage.ts';
import { isolation, slowness, steady } from './steady.ts';

const bench = 'deliver';
const perSecond = (one: Delivered): number => one.perSecond;

/** The figures of delivering. */
export async function deliverBench(desk: Workbench): Promise<Figure[]> {
  const size = desk.quick
    ? { count: 20_000, rounds: 3, seconds: 10 }
    : { count: 60_000, rounds: 5, seconds: 60 };
  const receiver = await startReceiver(desk);
  // First: a long load leaves servers with work of their own, and shared machines with less to give.
  const waits = [
    ...(await steady(desk, receiver, size.seconds)),
    ...(await isolation(desk, receiver, size.seconds)),
    ...(await slowness(desk, receiver, size.seconds)),
  ];
  const empty = { receiver, stage: await setStage(desk, receiver, ['few']), paths: ['few'] };
  const many = { receiver, stage: await setStage(desk, receiver, ['many']), paths: ['many'] };
  const full = { receiver, stage: await setStage(desk, receiver, ['full']), paths: ['full'] };
  await desk.progress.step('a ledger of 1,000,000 delivered and 100,000 dead rows', () =>
    fillLedger(full.stage),
  );
  const { count } = size;
  const results = await playRounds(desk, {
    rounds: size.rounds,
    show: showDelivered,
    contestants: {
      '64 conversations': service(desk, empty, { count, keys: 64 }),
      '5,000 conversations': service(desk, many, { count, keys: 5_000 }),
      'full ledger': service(desk, full, { count, keys: 64 }),
      'nothing kept': bare(receiver, count),
    },
  });
  const rate = { bench, unit: 'deliveries/s' };
  const ours = Object.values(results).flat();
  const none = { bench, unit: 'deliveries', target: atMost(0) };
  return [
    compared(
      { ...rate, metric: '64 conversations, nothing kept', target: atLeast(6_000) },
      pairs(results['64 conversations'], results['nothing kept'], perSecond),
    ),
    compared(
      { ...rate, metric: '5,000 conversations, nothing kept', target: atLeast(6_000) },
      pairs(results['5,000 conversations'], results['nothing kept'], perSecond),
    ),
    compared(
      { ...rate, metric: 'full ledger, empty ledger', target: ratioAtLeast(0.8) },
      pairs(results['full ledger'], results['64 conversations'], perSecond),
    ),
    alone({ ...none, metric: 'out of order' }, [ours.reduce((sum, one) => sum + one.disordered, 0)]),
    alone({ ...none, metric: 'repeated' }, [ours.reduce((sum, one) => sum + one.repeated, 0)]),
    ...(await desk.progress.step('100,000 dead letters searched', () => searches(full.stage))),
    ...waits,
  ];
}
