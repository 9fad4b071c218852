// The bench of memory: resident memory of each service when idle, after a load of work, and after the same load again.
// It must not grow the second time.
import { randomBytes } from 'node:crypto';
import { freePorts } from '../servers/ports.mjs';
import { serviceNames, type System } from '../system-tests/rig/system.ts';
import { script } from './contestants.ts';
import { atMost, type Figure, figure, type Metric, type Target } from './figures.ts';
import { residentMegabytes } from './processes.ts';
import { summarise } from './statistics.ts';
import type { Workbench } from './workbench.ts';
import { type Amount, work } from './work.ts';

const bench = 'memory';
const IDLE_MB = 120;
const BUSY_MB = 220;
/** A second run of the same work may take so much more: V8 still makes room for itself. */
const FLAT: Target = { of: 'ratio', at: 'most', bound: 1.1 };

/** Memory is steady when it moved by less than a megabyte for so long; with a deadline, for it may never be. */
const STEADY_MS = 4_000;
const STEADY_DEADLINE_MS = 30_000;

/** Megabytes by service. */
type Memory = Readonly<Record<string, number>>;

/** Every service at three moments of its life. */
export async function memoryBench(desk: Workbench): Promise<Figure[]> {
  if (process.platform !== 'linux') throw new Error('measuring memory: it is read from /proc; use Linux');
  const amount: Amount = desk.quick
    ? { backlog: 20_000, webhooks: 4_000, perSecond: 400 }
    : { backlog: 100_000, webhooks: 20_000, perSecond: 1_000 };
  const { progress } = desk;
  const bare = await progress.step('a bare Nest service', () => bareMemory(desk), megabytes);
  const corner = await desk.corner();
  const system = await progress.step('the whole system', () => desk.system(corner));
  const look = (title: string) => progress.step(title, () => memoryOf(system), shown);
  const load = (run: number) =>
    work(desk, { corner, system, amount, first: run * amount.backlog, name: randomBytes(4).toString('hex') });
  const idle = await look('idle');
  await load(0);
  const once = await look('after work');
  await load(1);
  const twice = await look('after the same work again');
  return serviceNames.flatMap((name) => {
    const of = (metric: string, target: Target): Metric => ({
      bench,
      metric: `${name}, ${metric}`,
      unit: 'MB',
      target,
    });
    return [
      beside(of('idle; a bare Nest service', atMost(IDLE_MB)), idle[name], bare),
      beside(of('after work; a bare Nest service', atMost(BUSY_MB)), once[name], bare),
      beside(of('after more work; before it', FLAT), twice[name], once[name]),
    ];
  });
}

function beside(metric: Metric, value = Number.NaN, reference = Number.NaN): Figure {
  return figure(metric, summarise([value]), {
    reference: summarise([reference]),
    ratio: summarise([value / reference]),
  });
}

async function bareMemory(desk: Workbench): Promise<number> {
  const [port] = await freePorts(1);
  const readyUrl = `http://127.0.0.1:${port}/health`;
  const running = desk.launch({ ...script('nest-http', [String(port)]), readyUrl });
  try {
    await running.ready;
    return await steady(running.pid);
  } finally {
    await running.stop();
  }
}

async function memoryOf(system: System): Promise<Memory> {
  const readings = serviceNames.map(async (name) => [name, await steady(system.pidOf(name))] as const);
  return Object.fromEntries(await Promise.all(readings));
}

/** Memory of a process once it no longer moves, in MB. */
async function steady(pid: number): Promise<number> {
  const until = performance.now() + STEADY_DEADLINE_MS;
  let kept = residentMegabytes(pid) ?? Number.NaN;
  let since = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = residentMegabytes(pid) ?? Number.NaN;
    if (Math.abs(now - kept) >= 1) {
      kept = now;
      since = performance.now();
    }
    if (performance.now() - since >= STEADY_MS || performance.now() > until) return now;
  }
}

function shown(memory: Memory): string {
  return Object.entries(memory)
    .map(([name, value]) => `${name} ${megabytes(value)}`)
    .join(', ');
}

function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}
