// Limits how far the heap grows between two full garbage collections. By default V8 lets it grow to four times the live
// data, and many small services share a machine.
import { setFlagsFromString } from 'node:v8';

/** Percent of the live data. With 40 the router's throughput is a fifth lower (docs/performance-notes.md). */
const GROWTH = 150;

/** Call it before the work begins. */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
