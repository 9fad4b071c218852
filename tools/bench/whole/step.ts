// Measures one rate for some time: what was accepted, when each effect came, and the CPU time of each process.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from '../../system-tests/rig/system.ts';
import { root } from '../../root.mjs';
import { percentile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { treeMicros } from './cpu.ts';
import { isWanted, templates } from './mix.ts';

/** Nothing new for so long: what is missing will not come. */
const QUIET_MS = 15_000;

/** Who is looked at, by the names that figures have. */
export interface Stage {
  readonly system: System;
  /** Base of the stand-ins. */
  readonly receiver: string;
  /** Process ids by name. */
  readonly pids: ReadonlyMap<string, number>;
}

/** How a rate went. */
export interface Step {
  readonly perSecond: number;
  readonly seconds: number;
  readonly accepted: number;
  readonly refused: number;
  /** Wanted events that were accepted, and those of them that had no effect. */
  readonly wanted: number;
  readonly missing: number;
  /** From the moment a webhook was due to its first effect, in ms; NaN without any. */
  readonly p50: number;
  readonly p99: number;
  /** From its acceptance (the 2xx) to its first effect, in ms; below 0 where the effect came first. */
  readonly acceptedP99: number;
  /** CPU time by process for one accepted event, in ms, from the first webhook to the last effect. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** Sends at a rate for so many seconds, waits for the effects, and sums up. */
export async function playStep(
  desk: Workbench,
  stage: Stage,
  job: { perSecond: number; seconds: number; note: (text: string) => void },
): Promise<Step> {
  const { perSecond, seconds, note } = job;
  const { system, receiver, pids } = stage;
  const run = randomBytes(4).toString('hex');
  const [jobFile, resultFile] = [`${run}-job.json`, `${run}-sent.json`].map((name) =>
    join(desk.folder, name),
  ) as [string, string];
  await (await fetch(`${receiver}/_forget`)).text();
  const { tenants, ingest: url } = system;
  const count = perSecond * seconds;
  writeFileSync(jobFile, JSON.stringify({ url, tenants, bodies: templates(), run, perSecond, count }));
  const before = cpuOf(pids);
  note(`${perSecond} webhooks/s`);
  const script = join(root, 'tools/bench/whole/sender.mjs');
  await desk.launch({ name: 'sender', program: process.execPath, args: [script, jobFile, resultFile] })
    .finished;
  const sent = JSON.parse(readFileSync(resultFile, 'utf8')) as [number, number, number][];
  const accepted = sent.flatMap(([dueAt, answeredAt, status], number) =>
    status === 200 ? [{ number, dueAt, answeredAt }] : [],
  );
  const wanted = accepted.filter(({ number }) => isWanted(number));
  const arrived = await untilArrived(receiver, wanted.length, note);
  const after = cpuOf(pids);
  const effects = wanted.flatMap(({ number, dueAt, answeredAt }) => {
    const at = arrived.get(`${run}_${number}`);
    return at === undefined ? [] : [{ due: at - dueAt, accepted: at - answeredAt }];
  });
  const of = (values: number[], part: number) => (values.length > 0 ? percentile(values, part) : Number.NaN);
  const due = effects.map((one) => one.due);
  return {
    perSecond,
    seconds,
    accepted: accepted.length,
    refused: sent.length - accepted.length,
    wanted: wanted.length,
    missing: wanted.length - effects.length,
    p50: of(due, 0.5),
    p99: of(due, 0.99),
    acceptedP99: of(
      effects.map((one) => one.accepted),
      0.99,
    ),
    cpuMs: new Map(
      [...after].map(([name, micros]) => [
        name,
        (micros - (before.get(name) ?? 0)) / 1000 / Math.max(1, accepted.length),
      ]),
    ),
  };
}

async function untilArrived(
  receiver: string,
  wanted: number,
  note: (text: string) => void,
): Promise<ReadonlyMap<string, number>> {
  let last = -1;
  for (let movedAt = performance.now(); performance.now() - movedAt < QUIET_MS; ) {
    const { events } = (await (await fetch(`${receiver}/_counts`)).json()) as { events: number };
    note(`${events} of ${wanted} events have had their effect`);
    if (events >= wanted) break;
    if (events !== last) movedAt = performance.now();
    last = events;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return new Map((await (await fetch(`${receiver}/_effects`)).json()) as [string, number][]);
}

function cpuOf(pids: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, treeMicros(pid)]));
}
