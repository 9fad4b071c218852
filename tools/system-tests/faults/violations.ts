// Collects violated conditions by kind. The first few of each kind are reported in full.

/**
 * `false-2xx`: answered 200 and not even on the first topic. `lost`: accepted, and missing further on. `stranger`:
 * there, and never accepted. `doubled`, `order`, `rows`, `dead-letter` and `spool` speak for themselves. `count`:
 * metrics differs. `answer`: what a sender should not get. `slow`: not settled in time. `crash`: a service ended by
 * itself. `idle`: the trouble did not fall under load. `scenario`: what the scenario itself has seen.
 */
export type ViolationKind =
  | 'false-2xx'
  | 'lost'
  | 'stranger'
  | 'doubled'
  | 'order'
  | 'rows'
  | 'dead-letter'
  | 'spool'
  | 'count'
  | 'answer'
  | 'slow'
  | 'crash'
  | 'idle'
  | 'scenario';

export interface Violation {
  readonly kind: ViolationKind;
  readonly count: number;
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** Collects violations. */
export class Violations {
  readonly #found = new Map<ViolationKind, { count: number; examples: string[] }>();

  add(kind: ViolationKind, fact: string): void {
    const found = this.#found.get(kind) ?? { count: 0, examples: [] };
    this.#found.set(kind, found);
    found.count += 1;
    if (found.examples.length < EXAMPLES) found.examples.push(fact);
  }

  list(): Violation[] {
    return [...this.#found].map(([kind, { count, examples }]) => ({ kind, count, examples }));
  }

  count(...kinds: ViolationKind[]): number {
    return kinds.reduce((sum, kind) => sum + (this.#found.get(kind)?.count ?? 0), 0);
  }
}
