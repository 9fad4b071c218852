// What the bench of the model records about each enriched event.
import type { Arrival } from './stage.ts';

/** From the first that came out to the last. */
export function perSecond(arrivals: readonly Arrival[]): number {
  const times = arrivals.map(({ at }) => at);
  return ((times.length - 1) * 1000) / (Math.max(...times) - Math.min(...times));
}

/** Those that were enriched by this source. */
export const isOf =
  (source: string) =>
  (arrival: Arrival): boolean =>
    arrival.source === source;
