// Promises 2, 3 and 4 of the product (docs/decisions/0002-the-ledger.md), as conditions on the history of a run.
import type { Call, EndRow, History } from './history.ts';

/** A promise that was broken, and where. */
export interface Violation {
  readonly promise: 'rows' | 'repeat' | 'order' | 'progress';
  readonly what: string;
}

/** Calls without a written outcome that a process may leave behind. */
const MAX_UNRECORDED = 512;
/** What is shown of a broken promise: the first cases say what the others do. */
const SHOWN = 5;

/** Everything in a history that breaks a promise. */
export function violationsOf(history: History): Violation[] {
  const byPair = groupBy(history.calls, ({ integration, event }) => `${integration}|${event}`);
  return [
    ...history.faults.map((what): Violation => ({ promise: 'progress', what })),
    ...rowViolations(history, byPair),
    ...[...byPair.values()].flatMap((calls) => repeatViolations(history, calls)),
    ...boundViolations(history, byPair),
    ...orderViolations(history),
  ];
}

/** A few lines for people. */
export function describe(violations: readonly Violation[]): string {
  const shown = violations.slice(0, SHOWN).map(({ promise, what }) => `${promise}: ${what}`);
  const more = violations.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Promise 2: one row for each event and integration, and it ended as the vendor's last word says. */
function rowViolations(
  { events, integrations, rows }: History,
  byPair: ReadonlyMap<string, readonly Call[]>,
): Violation[] {
  const found = groupBy(rows, ({ integration, event }) => `${integration}|${event}`);
  return integrations.flatMap((integration) =>
    events.flatMap(({ id }, number) => {
      const pair = `${integration}|${id}`;
      const its: readonly EndRow[] = found.get(pair) ?? [];
      if (its.length !== 1) return [{ promise: 'rows' as const, what: `${pair} has ${its.length} rows` }];
      const results = new Set((byPair.get(`${integration}|${number}`) ?? []).map(({ result }) => result));
      const state = its[0]?.state;
      const right =
        (state === 'delivered' && results.has('taken')) || (state === 'dead' && results.has('rejected'));
      return right
        ? []
        : [{ promise: 'rows' as const, what: `${pair} is ${state} after ${[...results].join(', ')}` }];
    }),
  );
}

/**
 * Promise 3: each attempt has the same idempotency key for the same call, and a call that was answered is repeated only
 * when its process died or lost what it owned before it could write that down.
 */
function repeatViolations({ lives }: History, calls: readonly Call[]): Violation[] {
  const found: Violation[] = [];
  for (const [step, same] of groupBy(calls, (call) => call.step)) {
    const what = `${same[0]?.integration}, event ${same[0]?.event}, ${step}`;
    const keys = new Set(same.map(({ idempotencyKey }) => idempotencyKey));
    if (keys.size > 1) found.push({ promise: 'repeat', what: `${what} went out under ${keys.size} keys` });
    for (const [index, call] of same.entries()) {
      const next = same[index + 1];
      if (call.result !== 'taken' || next === undefined) continue;
      const mayRepeat = lives[call.life]?.losses.some((at) => at > call.begun) ?? false;
      if (!mayRepeat) found.push({ promise: 'repeat', what: `${what} was answered and called again` });
    }
  }
  return found;
}

/** Promise 3: a process leaves no more than so many calls to be repeated. */
function boundViolations({ lives }: History, byPair: ReadonlyMap<string, readonly Call[]>): Violation[] {
  const repeated = lives.map(() => 0);
  for (const calls of byPair.values()) {
    for (const [index, { life, result, step }] of calls.entries()) {
      const again = calls.slice(index + 1).some((later) => later.step === step);
      if (result === 'taken' && again) repeated[life] = (repeated[life] ?? 0) + 1;
    }
  }
  return repeated.flatMap((count, life) => {
    const losses = lives[life]?.losses.length ?? 0;
    return count <= MAX_UNRECORDED * losses
      ? []
      : [{ promise: 'repeat' as const, what: `process ${life} left ${count} answered calls to be repeated` }];
  });
}

/**
 * Promise 4: when a delivery of a key is called for the first time, each earlier one of that key and integration has
 * been called to its end.
 */
function orderViolations({ events, calls }: History): Violation[] {
  const found: Violation[] = [];
  const lanes = groupBy(calls, ({ integration, event }) => `${integration}|${events[event]?.orderingKey}`);
  for (const [lane, its] of lanes) {
    const firstCall = new Map<number, number>();
    const end = new Map<number, number>();
    for (const { event, begun, ended, result, step } of its) {
      firstCall.set(event, Math.min(begun, firstCall.get(event) ?? Number.POSITIVE_INFINITY));
      const last = result === 'rejected' || (result === 'taken' && step !== 'one');
      if (last && ended !== undefined)
        end.set(event, Math.min(ended, end.get(event) ?? Number.POSITIVE_INFINITY));
    }
    const inOrder = [...firstCall.keys()].sort((a, b) => a - b);
    for (const [index, event] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before === undefined) continue;
      const endOfIt = end.get(before) ?? Number.POSITIVE_INFINITY;
      if (endOfIt > (firstCall.get(event) ?? 0))
        found.push({
          promise: 'order',
          what: `${lane}: event ${event} was called before the end of ${before}`,
        });
    }
  }
  return found;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
