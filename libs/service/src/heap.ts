// How far the heap may grow between two full collections. Left alone, V8 lets it grow to four times what is alive, and
// many small services share a machine.
import { setFlagsFromString } from 'node:v8';

/** Per cent of what is alive; with 40 the router does a fifth less (docs/performance-notes.md). */
const GROWTH = 150;

/** To be called before the work begins. */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
