// The bench of growth: cases whose cost must not grow with the installation (many integrations, many waiting rows, a
// long history), each beside its small version in the same rounds. It also measures single statements on waiting rows.

import { randomUUID } from 'node:crypto';
import { Ledger, WaitingRows } from '@switchboard/ledger';
import { alone, atMost, compared, type Figure, ratioAtLeast } from '../figures.ts';
import { pairs, playRounds } from '../rounds.ts';
import type { Workbench } from '../workbench.ts';
import { fillLedger } from './full-ledger.ts';
import { type Delivered, service, showDelivered } from './rate.ts';
import { type Receiver, type Stage, setStage, startReceiver } from './stage.ts';
import { setHeirs, takeOver } from './take-over.ts';
import { fillBacklogs, fillParked } from './waiting-rows.ts';

const bench = 'growth';
const MANY = 2_000;
const LATE = 1_000;
const KEYS = 64;
const TIMES = 20;
const AGES = { maxAgeSeconds: 7 * 24 * 3600, maxParkedSeconds: 30 * 24 * 3600 };

/** The figures of growth. */
export async function growthBench(desk: Workbench): Promise<Figure[]> {
  const size = desk.quick
    ? { count: 20_000, rounds: 3, parked: 200_000 }
    : { count: 60_000, rounds: 5, parked: 2_000_000 };
  const receiver = await startReceiver(desk);
  const { step } = desk.progress;
  const crowd = Array.from({ length: MANY }, (_, i) => `crowd${i}`);
  const stages = {
    one: { receiver, stage: await setStage(desk, receiver, ['one']), paths: ['one'] },
    many: { receiver, stage: await setStage(desk, receiver, crowd), paths: crowd },
    parked: { receiver, stage: await setStage(desk, receiver, ['beside']), paths: ['beside'] },
    late: { receiver, stage: await setStage(desk, receiver, ['punctual']), paths: ['punctual'] },
    past: { receiver, stage: await setStage(desk, receiver, ['past']), paths: ['past'] },
  };
  await step(`${size.parked.toLocaleString('en')} parked rows`, () =>
    fillParked(stages.parked.stage, size.parked),
  );
  await step(`backlogs of ${LATE} integrations`, () => fillBacklogs(stages.late.stage, LATE));
  await step('a full ledger of one integration', () => fillLedger(stages.past.stage, 'past'));
  const amount = { count: size.count, keys: KEYS };
  const results = await playRounds(desk, {
    rounds: size.rounds,
    show: showDelivered,
    contestants: {
      one: service(desk, stages.one, amount),
      many: service(desk, stages.many, amount),
      parked: service(desk, stages.parked, amount),
      late: service(desk, stages.late, amount),
      past: service(desk, stages.past, amount),
    },
  });
  const against = (metric: string, name: keyof typeof results, bound: number): Figure =>
    compared(
      { bench, unit: 'deliveries/s', metric, target: ratioAtLeast(bound) },
      pairs(results[name], results.one, ({ perSecond }: Delivered) => perSecond),
    );
  const ours = Object.values(results).flat();
  const none = { bench, unit: 'deliveries', target: atMost(0) };
  return [
    against(`${MANY.toLocaleString('en')} integrations, one`, 'many', 0.7),
    against(`beside ${size.parked.toLocaleString('en')} parked rows, without`, 'parked', 0.9),
    against(`beside backlogs of ${LATE.toLocaleString('en')} integrations, without`, 'late', 0.9),
    against('full ledger of the same integration, empty', 'past', 0.9),
    alone({ ...none, metric: 'out of order' }, [ours.reduce((sum, one) => sum + one.disordered, 0)]),
    alone({ ...none, metric: 'repeated' }, [ours.reduce((sum, one) => sum + one.repeated, 0)]),
    ...(await step('statements beside parked rows', () => statements(stages.parked.stage, 'parked rows'))),
    ...(await step('statements beside backlogs', () => statements(stages.late.stage, 'backlogs'))),
    ...(await takeOvers(desk, receiver, size.parked)),
  ];
}

/** How long each statement takes that looks at what waits; the longest of each that is repeated. */
async function statements({ corner }: Stage, beside: string): Promise<Figure[]> {
  const times: number[] = [];
  const timed = {
    ...corner.database,
    query: (async (...args: Parameters<typeof corner.database.query>) => {
      const begun = performance.now();
      const rows = await corner.database.query(...args);
      times.push(performance.now() - begun);
      return rows;
    }) as typeof corner.database.query,
  };
  const sinks = ['slack'];
  const ledger = new Ledger(timed, randomUUID(), sinks);
  const waiting = new WaitingRows(timed, sinks);
  const ids = await corner.database.query<{ id: string }>('select id from integrations order by id limit 32');
  const look = async () => {
    await ledger.comingDue(2, 0.1);
    await ledger.backlog(ids.map(({ id }) => id));
  };
  // Plans are kept, as they are in a service.
  for (let time = 0; time < 6; time += 1) await look();
  const looks: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    times.length = 0;
    await look();
    looks.push(times.reduce((sum, one) => sum + one, 0));
  }
  const longest = async (run: () => Promise<unknown>) => {
    times.length = 0;
    await run();
    return Math.max(...times);
  };
  const target = atMost(1_000);
  const longestOf = async (what: string, run: () => Promise<unknown>) =>
    alone({ bench, unit: 'ms', metric: `longest statement of ${what}, beside ${beside}`, target }, [
      await longest(run),
    ]);
  return [
    alone({ bench, unit: 'ms', metric: `look for due rows, beside ${beside}`, target: atMost(10) }, looks),
    await longestOf('expiry', () => waiting.expire(AGES)),
    await longestOf('orphans', () => waiting.endOrphans()),
    await longestOf('counting', () => waiting.rowCounts()),
  ];
}

async function takeOvers(desk: Workbench, receiver: Receiver, parked: number): Promise<Figure[]> {
  const { step } = desk.progress;
  const small = await setHeirs(desk, receiver);
  const large = await setHeirs(desk, receiver);
  await step(`${parked.toLocaleString('en')} parked rows in slots to take over`, () =>
    fillParked(large, parked),
  );
  const without = await step('a take-over without parked rows', () => takeOver(small, receiver));
  const beside = await step('the same with them', () => takeOver(large, receiver));
  return [
    compared(
      { bench, unit: 's', metric: 'kill to take-over with parked rows, without', target: atMost(15) },
      [{ ours: beside.seconds, reference: without.seconds }],
    ),
    compared(
      { bench, unit: 'ms', metric: 'longest silence of the survivor, without', target: atMost(2_000) },
      [{ ours: beside.gapMs, reference: without.gapMs }],
    ),
  ];
}
