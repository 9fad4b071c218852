// Finds what is not in memory: retries whose time has come, rows taken in while there was no room or by other processes,
// rows of a process that fell silent. And mends the difference when memory and ledger may disagree about what is claimed.
import type { Ledger } from '../ledger/ledger.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Gate } from './gate.ts';
import type { Lease } from './lease.ts';
import type { Outlet } from './outlet.ts';
import type { Outlets } from './outlets.ts';
import type { Ownership } from './ownership.ts';

/** Keys that one turn claims of, over all integrations. */
const MAX_KEYS = 128;

/** What a turn needs. */
export interface DueParts {
  readonly ledger: Ledger;
  readonly gate: Gate;
  readonly outlets: Outlets;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly ownership: Ownership;
}

/** One turn of the due loop. Answers in how many seconds something is due; 0 when there may be more at once. */
export async function dueTurn(parts: DueParts): Promise<number> {
  const { ledger, gate, outlets, lease, dispatcher, ownership } = parts;
  if (lease.needsSweep()) await ownership.sweep();
  if (!lease.mayClaim() || outlets.all().length === 0) return Number.POSITIVE_INFINITY;
  const { due, soonest } = await look(parts);
  if (due.length === 0) return soonest;
  const hasRoom = outlets.room();
  const now = performance.now();
  const wanting = due
    .filter(hasRoom)
    .map((outlet) => ({ outlet, ...outlet.wanted(now) }))
    .filter(({ keys, urgentKeys }) => keys + urgentKeys > 0);
  const share = Math.ceil(MAX_KEYS / wanting.length);
  const asked = wanting.map(({ outlet, keys, urgentKeys }) => ({
    id: outlet.identity.integrationId,
    keys: Math.min(keys, share),
    urgent: outlet.urgent,
    // Of each type, so that those of all integrations together are hardly more than one turn claims.
    urgentKeys: Math.min(urgentKeys, Math.ceil(share / Math.max(1, outlet.urgent.length))),
  }));
  if (asked.length === 0) return soonest;
  const rows = await gate.alone(async () => {
    const claimed = await ledger.claimDue(asked).catch((error: unknown) => {
      lease.doubt();
      throw error;
    });
    // A process that slept while it asked may have lost them again already.
    if (lease.holds()) await ledger.release(outlets.add(claimed));
    else lease.doubt();
    return claimed;
  });
  dispatcher.pump();
  return rows.length > 0 ? 0 : soonest;
}

/** Asks which integrations have rows outside of memory, and believes it of those that nothing was added to meanwhile. */
async function look({ ledger, outlets }: DueParts): Promise<{ due: Outlet[]; soonest: number }> {
  const before = new Map(outlets.all().map((outlet) => [outlet, outlet.doubts]));
  const backlog = new Map((await ledger.backlog()).map(({ id, dueSeconds }) => [id, dueSeconds]));
  const due: Outlet[] = [];
  let soonest = Number.POSITIVE_INFINITY;
  for (const [outlet, doubts] of before) {
    const seconds = backlog.get(outlet.identity.integrationId);
    if (seconds === undefined) {
      if (outlet.doubts === doubts) outlet.backlog = 'none';
      continue;
    }
    outlet.backlog = seconds <= 0 ? 'due' : 'later';
    if (seconds <= 0) due.push(outlet);
    else soonest = Math.min(soonest, seconds);
  }
  return { due, soonest };
}
