// Mistakes that are put into the delivery runtime on purpose, to check that the search finds each. They exist only in a
// bundle that is built for this.
import type { SourceBug } from '../system-tests/faults/bugs/bug.ts';

export const bugs: readonly SourceBug[] = [
  {
    name: 'writer-goes-on',
    breaks: 'what is queued behind a statement that failed is written before it',
    file: 'libs/postgres/src/batch-writer.ts',
    found: 'const after = this.options.inOrder ? this.waiting.splice(0) : [];',
    replacement: 'const after: WaitingItem<T>[] = [];',
  },
  {
    name: 'retry-overtaken',
    breaks: 'the next delivery of a key goes out while the one before it waits to be tried again',
    file: 'libs/delivery/src/dispatch/dispatcher.ts',
    found: "if (disposition.state === 'waiting') queue.lanes.halt(row);",
    replacement: '',
  },
  {
    name: 'lost-answer-believed',
    breaks: 'rows that a statement claimed whose answer was lost are not delivered by anybody',
    file: 'libs/delivery/src/intake/take-in.ts',
    found: `const answer = await inserting.catch((error: unknown) => {
        this.invalidate();`,
    replacement: 'const answer = await inserting.catch((error: unknown) => {',
  },
  {
    name: 'older-row-ignored',
    breaks: 'a new row is claimed although an older one of its key waits in the ledger',
    file: 'libs/ledger/src/deliveries/delivery-sql.ts',
    found: 'select older.claim is distinct from w.epoch from delivery older',
    replacement: 'select false from delivery older',
  },
  {
    name: 'given-back-and-kept',
    breaks: 'a row whose event is there twice is delivered from memory and given back to the ledger',
    file: 'libs/delivery/src/intake/take-in.ts',
    found: 'if (claimed.has(id)) continue;',
    replacement: '',
  },
];
