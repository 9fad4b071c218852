// Measures the rate at which a program forwards a topic. It is measured from outside, by the growth of the output
// topics, so that it is the same for every program.
import { eventually } from '@switchboard/testing';
import type { Broker } from './broker.mjs';
import { cpuMicros, type Running } from './processes.ts';

const POLL_MS = 50;
const DEADLINE_MS = 180_000;
/** Joining the group and the first part of the work, with code that is not compiled yet, are no part of the rate. */
const WARM_UP = 0.2;

/** A job and who does it. */
export interface Job {
  readonly name: string;
  /** Read from its beginning, by a group that has read nothing yet. */
  readonly input: string;
  readonly events: number;
  readonly group: string;
  /** Members of the group when all have joined. */
  readonly members: number;
  /** Records that must be on each topic in the end, beyond those that are there. */
  readonly outputs: ReadonlyMap<string, number>;
}

export interface Rate {
  /** Events read per second. */
  readonly perSecond: number;
  /** CPU time of the contestant per event; undefined where it cannot be seen. */
  readonly cpuMicros: number | undefined;
  /** Whether the rate had become steady before it was measured; undefined where that was not looked at. */
  readonly steady?: boolean;
}

interface Sample {
  readonly at: number;
  readonly written: number;
  readonly cpu: number | undefined;
}

/** Starts the contestants, waits until the job is done, ends them. Throws when records are missing or too many. */
export async function measure(
  broker: Broker,
  job: Job,
  options: { start: () => readonly Running[]; note: (text: string) => void },
): Promise<Rate> {
  const before = await broker.ends([...job.outputs.keys()]);
  const grown = async () => {
    const now = await broker.ends([...job.outputs.keys()]);
    return new Map([...now].map(([topic, end]) => [topic, end - (before.get(topic) ?? 0)]));
  };
  const running = options.start();
  try {
    const window = await watch(broker, job, { running, grown, note: options.note });
    await settled(broker, job);
    checkOutputs(job, await grown());
    return rateOf(job, window);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

async function watch(
  broker: Broker,
  job: Job,
  watched: {
    running: readonly Running[];
    grown: () => Promise<Map<string, number>>;
    note: (text: string) => void;
  },
): Promise<{ from: Sample; to: Sample }> {
  const total = sum(job.outputs.values());
  const until = performance.now() + DEADLINE_MS;
  let complete = false;
  let from: Sample | undefined;
  for (;;) {
    for (const one of watched.running) one.check();
    const counts = await watched.grown();
    const sample = { at: performance.now(), written: sum(counts.values()), cpu: cpuOf(watched.running) };
    complete ||= (await broker.members(job.group)) === job.members;
    if (complete && sample.written >= total * WARM_UP) from ??= sample;
    watched.note(`${job.name} ${Math.floor((100 * sample.written) / total)} %`);
    if ([...job.outputs].every(([topic, wanted]) => (counts.get(topic) ?? 0) >= wanted)) {
      if (from === undefined || from === sample) {
        throw new Error(
          `measuring ${job.name}: it was done before its group had all members; use more events`,
        );
      }
      return { from, to: sample };
    }
    if (sample.at > until) {
      throw new Error(
        `measuring ${job.name}: ${sample.written} of ${total} records after ${DEADLINE_MS / 1000} s`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Records may still come twice until everything that was read is committed. */
async function settled(broker: Broker, { name, group, input, events }: Job): Promise<void> {
  await eventually(async () => {
    const committed = await broker.committed(group, input);
    if (committed !== events)
      throw new Error(`measuring ${name}: ${committed} of ${events} events committed`);
  });
}

function checkOutputs({ name, outputs }: Job, counts: ReadonlyMap<string, number>): void {
  const wrong = [...outputs].filter(([topic, wanted]) => counts.get(topic) !== wanted);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    ([topic, wanted]) => `${topic} got ${counts.get(topic)} records instead of ${wanted}`,
  );
  throw new Error(`measuring ${name}: ${lines.join(', ')}; was there a rebalance in the middle?`);
}

function rateOf({ events, outputs }: Job, { from, to }: { from: Sample; to: Sample }): Rate {
  const moved = ((to.written - from.written) / sum(outputs.values())) * events;
  const cpu = to.cpu === undefined || from.cpu === undefined ? undefined : (to.cpu - from.cpu) / moved;
  return { perSecond: moved / ((to.at - from.at) / 1000), cpuMicros: cpu };
}

/** CPU time of all of them, in µs. */
export function cpuOf(running: readonly Running[]): number | undefined {
  const times = running.map(({ pid }) => cpuMicros(pid));
  return times.reduce(
    (total, time) => (total === undefined || time === undefined ? undefined : total + time),
    0,
  );
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
