// Measures the deliveries per second of one sink service that finds its topic full, including everything it stores.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import { root } from '../../root.mjs';
import { cpuMicros } from '../processes.ts';
import type { Contestant } from '../rounds.ts';
import type { Workbench } from '../workbench.ts';
import { fillTopic, type Receiver, type Stage, untilDelivered } from './stage.ts';

/** What one round of deliveries showed. */
export interface Delivered {
  readonly perSecond: number;
  /** CPU of the service, of one core, for one delivery. */
  readonly micros: number | undefined;
  readonly disordered: number;
  readonly repeated: number;
}

/** Shows a round. */
export function showDelivered({ perSecond, micros }: Delivered): string {
  const cpu = micros === undefined ? '' : `, ${micros.toFixed(0)} us of CPU each`;
  return `${Math.round(perSecond).toLocaleString('en')} a second${cpu}`;
}

/**
 * The service on a topic that holds so many events, in turn of the tenants of these paths. Each round brings its own.
 */
export function service(
  desk: Workbench,
  { receiver, stage, paths }: { receiver: Receiver; stage: Stage; paths: readonly string[] },
  { count, keys }: { count: number; keys: number },
): Contestant<Delivered> {
  let first = 0;
  let before = 0;
  return async (_round, note) => {
    await fillTopic(desk, stage, { tenants: paths, keys, first, count, note });
    first += count;
    await receiver.forget();
    const running = await stage.start();
    const arrived = async (part: number) => {
      await eventually(
        async () => {
          running.check();
          const counts = await receiver.counts();
          const seen = paths.reduce((sum, path) => sum + (counts[`/${path}`] ?? 0), 0);
          note(`${seen.toLocaleString('en')} of ${count.toLocaleString('en')}`);
          if (seen < count * part) throw new Error(`waiting for deliveries: ${seen} of ${count}`);
        },
        { deadlineMs: 180_000, everyMs: 100 },
      );
      return { cpu: cpuMicros(running.pid), at: performance.now() };
    };
    // The start and the end, in which the service starts up and runs dry, are left out.
    const from = await arrived(0.2);
    const to = await arrived(0.95);
    await arrived(1);
    before += count;
    await untilDelivered(stage, before);
    await running.stop();
    const all = await receiver.notes();
    const notes = paths.flatMap((path) => all[`/${path}`] ?? []);
    const times = notes.flatMap(({ arrivals }) => arrivals.map(([, at]) => at)).sort((a, b) => a - b);
    const [low, high] = [Math.floor(count * 0.2), Math.floor(count * 0.95)];
    const seconds = ((times[high] as number) - (times[low] as number)) / 1000;
    const cpu = from.cpu === undefined || to.cpu === undefined ? undefined : to.cpu - from.cpu;
    return {
      perSecond: (high - low) / seconds,
      micros: cpu === undefined ? undefined : cpu / (count * 0.75),
      disordered: notes.reduce((sum, { disordered }) => sum + disordered, 0),
      repeated: notes.reduce((sum, { repeated }) => sum + repeated, 0),
    };
  };
}

/** The same posts with nothing kept about them. */
export function bare(receiver: Receiver, count: number): Contestant<Delivered> {
  const body = JSON.stringify({ text: 'Chat escalation on x: nNUMBER', blocks: 'x'.repeat(900) });
  return async () => {
    await receiver.forget();
    const args = [
      join(root, 'tools/bench/deliver/poster.mjs'),
      `${receiver.url}/bare`,
      String(count),
      '64',
      body,
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`posting without a service: ${stderr}`);
    return { perSecond: Number(stdout), micros: undefined, disordered: 0, repeated: 0 };
  };
}
