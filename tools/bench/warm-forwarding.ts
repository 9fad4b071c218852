// Measures the forwarding rate of a warm program on a long backlog. Nothing counts until its rate is steady; then it is
// measured for a fixed time, by the growth of the output topics, and ended.
import { eventually } from '@switchboard/testing';
import type { Broker } from './broker.mjs';
import { cpuOf, type Job, type Rate, sum } from './forwarding.ts';
import type { Running } from './processes.ts';
import { isSteady, type Progress } from './steadiness.ts';

const POLL_MS = 100;
/** The share by which the mix of what was read may differ from that of all events. */
const MIX = 0.02;
/** What a reference that is ended in the middle of its work may have written and not committed. */
const UNDER_WAY = 60_000;

/** How long it is warmed at most, and measured, in ms. */
export interface Times {
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

/** A rate, and whether it was steady before it was measured. */
export interface WarmRate extends Rate {
  readonly steady: boolean;
  readonly warmUpSeconds: number;
}

/**
 * Starts the contestants, warms and measures them, and ends them. Throws when the backlog is too short or records are
 * missing.
 */
export async function measureWarm(
  broker: Broker,
  job: Job,
  options: { start: () => readonly Running[]; note: (text: string) => void; times: Times },
): Promise<WarmRate> {
  const topics = [...job.outputs.keys()];
  const before = sum((await broker.ends(topics)).values());
  const written = async () => sum((await broker.ends(topics)).values()) - before;
  const running = options.start();
  let rate: WarmRate;
  try {
    rate = await watch(broker, job, { running, written, ...options });
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
  await checkWritten(broker, job, written);
  return rate;
}

async function watch(
  broker: Broker,
  job: Job,
  watched: {
    running: readonly Running[];
    written: () => Promise<number>;
    note: (text: string) => void;
    times: Times;
  },
): Promise<WarmRate> {
  const { running, written, note, times } = watched;
  const total = sum(job.outputs.values());
  const share = job.events / total;
  const samples: Progress[] = [];
  let joinedAt: number | undefined;
  let from: (Progress & { cpu: number | undefined; steady: boolean }) | undefined;
  const begun = performance.now();
  for (;;) {
    for (const one of running) one.check();
    const sample = { at: performance.now(), done: (await written()) * share };
    samples.push(sample);
    if (joinedAt === undefined && (await broker.members(job.group)) === job.members) joinedAt = sample.at;
    if (sample.done >= job.events * 0.99) {
      throw new Error(
        `measuring ${job.name}: all ${job.events} events were done before it was measured for ${times.measuredMs / 1000} s; use more events`,
      );
    }
    const cpu = cpuOf(running);
    if (from === undefined && joinedAt !== undefined) {
      const steady = isSteady(samples.filter(({ at }) => at >= (joinedAt ?? 0)));
      if (steady || sample.at - joinedAt > times.warmUpMs) from = { ...sample, cpu, steady };
    }
    if (from !== undefined && sample.at - from.at >= times.measuredMs) {
      const events = sample.done - from.done;
      return {
        perSecond: events / ((sample.at - from.at) / 1000),
        cpuMicros: cpu === undefined || from.cpu === undefined ? undefined : (cpu - from.cpu) / events,
        steady: from.steady,
        warmUpSeconds: (from.at - begun) / 1000,
      };
    }
    note(
      `${job.name} ${from === undefined ? 'warming up' : 'measured'}, ${Math.floor((100 * sample.done) / job.events)} %`,
    );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What was committed as read must have been written. Its mix of types is nearly that of all events. */
async function checkWritten(broker: Broker, job: Job, written: () => Promise<number>): Promise<void> {
  const share = sum(job.outputs.values()) / job.events;
  await eventually(async () => {
    const committed = await broker.committed(job.group, job.input);
    const records = await written();
    const least = committed * share * (1 - MIX);
    const most = (committed + UNDER_WAY) * share * (1 + MIX);
    if (committed === 0 || records < least || records > most) {
      throw new Error(
        `measuring ${job.name}: ${records} records written of ${committed} events committed, which is not ${share.toFixed(2)} each`,
      );
    }
  });
}
