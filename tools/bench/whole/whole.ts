// The bench of the whole system: the highest rate of webhooks that it keeps up with, and the cost of an event in each
// process at several rates. The load and the stand-ins run on the same machine, in separate processes.
import { serviceNames } from '../../system-tests/rig/system.ts';
import { standIn } from '../contestants.ts';
import { alone, atLeast, atMost, type Figure } from '../figures.ts';
import type { Workbench } from '../workbench.ts';
import { canTell } from '../statistics.ts';
import { highest } from './search.ts';
import { playStep, type Stage, type Step } from './step.ts';

const bench = 'whole';
/** Most of an event must have had its effect so soon, in ms. */
const KEEPS_UP_MS = 2_000;
const RATES = [250, 500, 1_000];
const AIM_PER_SECOND = 2_500;
const AIM_CPU_MS = 1.5;
/** The processes that are ours to make cheap; the load and the stand-ins are shown beside them. */
const OTHERS = ['stand-ins'];

/** The rate, and CPU per event by process. */
export async function wholeBench(desk: Workbench): Promise<Figure[]> {
  if (process.platform !== 'linux')
    throw new Error('measuring CPU by process: it is read from /proc; use Linux');
  const { tenants } = desk;
  const times = desk.quick
    ? { warmUp: 15, cost: 10, probe: 8, confirm: 20 }
    : { warmUp: 60, cost: 30, probe: 20, confirm: 60 };
  const stage = await desk.progress.step(`the whole system, tenants: ${tenants}`, () => setStage(desk));
  const play = (what: string, perSecond: number, seconds: number) =>
    desk.progress.step(
      `${what}, ${perSecond} webhooks/s for ${seconds} s`,
      ({ note }) => playStep(desk, stage, { perSecond, seconds, note }),
      shown,
    );
  await play('warming up', 500, times.warmUp);
  const steps: Step[] = [];
  for (const rate of RATES) steps.push(await play('cost', rate, times.cost));
  let rate = await highest({ first: 500, grain: 10, most: 20_000 }, async (perSecond) =>
    keepsUp(await play('search', perSecond, times.probe)),
  );
  let confirmed: Step | undefined;
  while (rate >= 100) {
    const step = await play('confirm', rate, times.confirm);
    if (keepsUp(step)) {
      confirmed = step;
      break;
    }
    rate = Math.floor((rate * 0.9) / 10) * 10;
  }
  return figuresOf({ tenants, seconds: times.confirm }, steps, confirmed);
}

/** Everything is accepted, everything wanted has its effect, and 99 of 100 have it within two seconds. */
function keepsUp({ refused, missing, p99 }: Step): boolean {
  return refused === 0 && missing === 0 && p99 < KEEPS_UP_MS;
}

function shown({ p99, refused, missing, cpuMs }: Step): string {
  const faults = refused + missing > 0 ? `, ${refused} refused, ${missing} without effect` : '';
  return `p99 ${p99.toFixed(0)} ms, ${costOf(cpuMs).toFixed(2)} ms of CPU an event${faults}`;
}

/** Services, broker and database together, in ms for one event. */
function costOf(cpuMs: Step['cpuMs']): number {
  return [...cpuMs].reduce((sum, [name, ms]) => sum + (OTHERS.includes(name) ? 0 : ms), 0);
}

function figuresOf(
  { tenants, seconds }: { tenants: number; seconds: number },
  steps: readonly Step[],
  confirmed: Step | undefined,
): Figure[] {
  const of = tenants === 1 ? '' : `, ${tenants} tenants`;
  const rate = { bench, unit: 'webhooks/s', target: atLeast(AIM_PER_SECOND) };
  const ofStep = (step: Step): Figure[] => [
    alone(
      {
        bench,
        metric: `CPU of all services and servers at ${step.perSecond}/s${of}`,
        unit: 'ms an event',
        ...(step.perSecond === 500 ? { target: atMost(AIM_CPU_MS) } : {}),
      },
      [costOf(step.cpuMs)],
    ),
    ...[...step.cpuMs].map(([name, ms]) =>
      alone({ bench, metric: `CPU of ${name} at ${step.perSecond}/s${of}`, unit: 'ms an event' }, [ms]),
    ),
    // Of fewer it would be a maximum.
    ...(canTell(step.wanted - step.missing, 0.99)
      ? [
          alone(
            {
              bench,
              metric: `due to effect at ${step.perSecond}/s, p99 of ${step.wanted - step.missing}${of}`,
              unit: 'ms',
            },
            [step.p99],
          ),
        ]
      : []),
  ];
  return [
    alone({ ...rate, metric: `keeps up for ${seconds} s with p99 under 2 s${of}` }, [
      confirmed?.perSecond ?? 0,
    ]),
    ...(confirmed
      ? [
          alone({ bench, metric: `accepted to effect at that rate, p99${of}`, unit: 'ms' }, [
            confirmed.acceptedP99,
          ]),
        ]
      : []),
    ...steps.flatMap(ofStep),
    ...(confirmed ? ofStep(confirmed) : []),
  ];
}

async function setStage(desk: Workbench): Promise<Stage> {
  const command = await standIn('vendors', '/_counts');
  const { url: receiver } = command;
  const standIns = desk.launch(command);
  await standIns.ready;
  const ids = Array.from({ length: desk.tenants }, (_, index) => `tenant-${index}`);
  const system = await desk.system(await desk.corner(), {
    tenants: ids,
    vendors: {
      hubspot: (integration) => `${receiver}/hubspot/${integration}`,
      slack: (integration) => `${receiver}/slack/${integration}`,
      helpninja: `${receiver}/helpninja/v1`,
    },
  });
  return {
    system,
    receiver,
    pids: new Map([
      ...serviceNames.map((name) => [name, system.pidOf(name)] as const),
      ...desk.servers,
      ['stand-ins', standIns.pid] as const,
    ]),
  };
}
