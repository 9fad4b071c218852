// Measures the time from acceptance to delivery at a steady rate: alone, and beside integrations that hang, fail, ask
// for pauses, or are slow.
import { escalation } from '../../load/escalation.ts';
import { alone, atMost, type Figure, figure, type Target } from '../figures.ts';
import { percentile, summarise } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { type Receiver, type Stage, setStage } from './stage.ts';

const bench = 'deliver';
const WARM_UP = 20;
const TICK_MS = 10;
const GOOD = ['good0', 'good1', 'good2', 'good3', 'good4', 'good5', 'good6'];
const BAD = ['hang', '500', '429'];

/** When each event was due to be accepted, by tenant and number. */
type Due = ReadonlyMap<string, readonly number[]>;

/** One integration at 1,000 events a second. */
export async function steady(desk: Workbench, receiver: Receiver, seconds: number): Promise<Figure[]> {
  const stage = await setStage(desk, receiver, ['steady']);
  const latencies = await desk.progress.step(`1,000 deliveries/s for ${seconds + WARM_UP} s`, ({ note }) =>
    play(desk, {
      receiver,
      stage,
      paths: ['steady'],
      measured: ['steady'],
      perSecond: 1_000,
      seconds,
      note,
    }),
  );
  const all = latencies.get('steady') ?? [];
  const missing = seconds * 1_000 - all.length;
  return [
    quantile('accepted to received at 1,000/s', all, 0.5),
    quantile('accepted to received at 1,000/s', all, 0.99, atMost(100)),
    alone({ bench, unit: 'deliveries', metric: 'not received at 1,000/s', target: atMost(0) }, [missing]),
  ];
}

/** Integrations that work, and others that are in their way. */
interface Neighbours {
  readonly good: readonly string[];
  readonly others: readonly string[];
  /** Events a second of each of all. */
  readonly each: number;
  readonly seconds: number;
  /** How they are called in the table: those that work, and what the others do. */
  readonly names: readonly [good: string, others: string];
}

/** Seven integrations that work, first among themselves, then beside three that do not. */
export function isolation(desk: Workbench, receiver: Receiver, seconds: number): Promise<Figure[]> {
  const names = ['the seven', 'a hang, 500 and 429'] as const;
  return beside(desk, receiver, { good: GOOD, others: BAD, each: 50, seconds, names });
}

/**
 * Forty integrations that work, first among themselves, then beside eight whose calls are good and take five seconds.
 */
export function slowness(desk: Workbench, receiver: Receiver, seconds: number): Promise<Figure[]> {
  const paths = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
  const [good, others] = [paths('quick', 40), paths('slow', 8)];
  // Each slow one gets more than 64 calls of five seconds take.
  return beside(desk, receiver, { good, others, each: 20, seconds, names: ['the forty', 'eight slow ones'] });
}

async function beside(
  desk: Workbench,
  receiver: Receiver,
  { good, others, each, seconds, names: [us, them] }: Neighbours,
): Promise<Figure[]> {
  const run = async (paths: readonly string[], what: string) => {
    const stage = await setStage(desk, receiver, paths);
    const perSecond = paths.length * each;
    const latencies = await desk.progress.step(`${us}${what}, ${perSecond} events/s`, ({ note }) =>
      play(desk, { receiver, stage, paths, measured: good, perSecond, seconds, note }),
    );
    return good.flatMap((path) => latencies.get(path) ?? []);
  };
  const alike = await run(good, '');
  const mixed = await run([...good, ...others], ` beside ${them}`);
  const [value, reference] = [mixed, alike].map((all) => summarise([percentile(all, 0.99)])) as [
    ReturnType<typeof summarise>,
    ReturnType<typeof summarise>,
  ];
  const ratio = summarise([value.median / reference.median]);
  const target: Target = { of: 'ratio', at: 'most', bound: 2 };
  return [
    figure({ bench, metric: `p99 beside ${them}; without`, unit: 'ms', target }, value, { reference, ratio }),
    alone({ bench, unit: 'deliveries', metric: `of ${us} not received`, target: atMost(0) }, [
      good.length * each * seconds - mixed.length,
    ]),
  ];
}

function quantile(what: string, latencies: readonly number[], part: number, target?: Target): Figure {
  const value = summarise([percentile(latencies, part)]);
  const metric = { bench, metric: `${what}, p${part * 100}`, unit: 'ms', ...(target ? { target } : {}) };
  return figure(metric, value, { reference: null, ratio: null });
}

/** Sends at a steady rate, each integration in turn, and answers the latencies of each after the warm-up. */
async function play(
  desk: Workbench,
  job: {
    receiver: Receiver;
    stage: Stage;
    paths: readonly string[];
    /** Those of which latencies are wanted. */
    measured: readonly string[];
    perSecond: number;
    seconds: number;
    note: (text: string) => void;
  },
): Promise<ReadonlyMap<string, number[]>> {
  const { receiver, stage, paths, measured, perSecond, seconds, note } = job;
  await receiver.forget();
  const running = await stage.start();
  const due = await send(desk, stage, { paths, perSecond, count: (seconds + WARM_UP) * perSecond, note });
  const latencies = await arrivals(receiver, {
    due,
    paths: measured,
    skip: (WARM_UP * perSecond) / paths.length,
  });
  await running.stop();
  return latencies;
}

async function send(
  desk: Workbench,
  stage: Stage,
  job: { paths: readonly string[]; perSecond: number; count: number; note: (text: string) => void },
): Promise<Due> {
  const { paths, perSecond, count, note } = job;
  const due = new Map(paths.map((path) => [path, [] as number[]]));
  const now = () => performance.timeOrigin + performance.now();
  const begun = now();
  const sending: Promise<void>[] = [];
  for (let sent = 0; sent < count; ) {
    const target = Math.min(count, Math.floor(((now() - begun) * perSecond) / 1000) + 1);
    const chunk = [];
    for (; sent < target; sent += 1) {
      const tenant = paths[sent % paths.length] as string;
      const at = begun + (sent / perSecond) * 1000;
      const of = due.get(tenant) as number[];
      chunk.push({ ...escalation(of.length, { tenant, keys: 64 }), timestamp: String(Math.floor(at)) });
      of.push(at);
    }
    if (chunk.length > 0) sending.push(desk.broker.write(stage.topic, chunk));
    note(`${sent.toLocaleString('en')} of ${count.toLocaleString('en')}`);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(sending);
  return due;
}

/** Waits until everything has come, or nothing more for five seconds. */
async function arrivals(
  receiver: Receiver,
  { due, paths, skip }: { due: Due; paths: readonly string[]; skip: number },
): Promise<Map<string, number[]>> {
  const wanted = paths.reduce((sum, path) => sum + (due.get(path)?.length ?? 0), 0);
  let movedAt = performance.now();
  for (let before = -1; performance.now() - movedAt < 5_000; ) {
    const counts = await receiver.counts();
    const seen = paths.reduce((sum, path) => sum + (counts[`/${path}`] ?? 0), 0);
    if (seen >= wanted) break;
    if (seen !== before) movedAt = performance.now();
    before = seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const notes = await receiver.notes();
  return new Map(
    paths.map((path) => {
      const first = new Map<number, number>();
      for (const [number, at] of notes[`/${path}`]?.arrivals ?? [])
        if (!first.has(number)) first.set(number, at);
      const measured = (due.get(path) ?? []).flatMap((at, number) => {
        const came = first.get(number);
        return number < skip || came === undefined ? [] : [came - at];
      });
      return [path, measured];
    }),
  );
}
