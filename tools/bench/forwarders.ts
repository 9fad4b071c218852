// Shared by the benches of forwarding services: the reference with kafkajs alone, and how a rate becomes a result.
import { forwardArguments, script } from './contestants.ts';
import type { Reference } from './course.ts';
import { compared, type Figure } from './figures.ts';
import type { Rate } from './forwarding.ts';
import { pairs } from './rounds.ts';

/** kafkajs without a framework. */
export const kafkajs: Reference = {
  name: 'kafkajs',
  members: 1,
  command: (job) => script('forward', forwardArguments(job)),
};
/** CPU time per event of ours and of a reference; nothing where it cannot be seen. */
export function cpuFigure(
  bench: string,
  one: readonly Rate[],
  other: readonly Rate[],
  name = 'kafkajs alone',
): Figure[] {
  const seen = pairs(one, other, ({ cpuMicros }) => cpuMicros ?? Number.NaN);
  if (seen.some((pair) => Number.isNaN(pair.ours + pair.reference))) return [];
  return [compared({ bench, metric: `CPU per event, ${name}`, unit: 'µs' }, seen)];
}

export function perSecond(rate: Rate): number {
  return rate.perSecond;
}

/** A result as the progress shows it. */
export function showRate({ perSecond, cpuMicros, steady = true }: Rate): string {
  const rate = `${Math.round(perSecond).toLocaleString('en')} events/s${steady ? '' : ' (not steady)'}`;
  return cpuMicros === undefined ? rate : `${rate}, ${cpuMicros.toFixed(1)} µs CPU each`;
}
