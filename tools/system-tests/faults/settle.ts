// Waits until everything is done: nothing waits in the spool, the ledger or a topic, and as many rows are delivered as
// were wanted. Measures how long this took after the end of the fault.
import { setTimeout as wait } from 'node:timers/promises';
import type { Suite } from '@switchboard/testing';
import { lagOf, readers } from '../rig/groups.ts';
import type { Load } from './load.ts';
import type { Receiver } from './receiver.ts';
import { wantedRows } from './wanted.ts';

/** Longest recovery that the promise allows. */
export const RECOVERY_MS = 60_000;
/** After this we stop waiting for what has exceeded it: it is told as it is. */
const STANDSTILL_MS = 60_000;
const EVERY_MS = 250;

/**
 * Resolves with the ms from `since` until something was accepted and had its effect again; `undefined` if never. That
 * all was posted is no sign: answers may all have come while nothing is delivered.
 */
export async function untilResumed(
  since: number,
  seen: {
    readonly load: Pick<Load, 'accepted'>;
    readonly receiver: Pick<Receiver, 'effects'>;
    readonly hopeless: () => boolean;
    /** How long to wait for it; default twice the promise. */
    readonly patienceMs?: number;
  },
): Promise<number | undefined> {
  const { load, receiver, hopeless, patienceMs = 2 * RECOVERY_MS } = seen;
  const before = { accepted: load.accepted, effects: receiver.effects.length };
  for (;;) {
    if (load.accepted > before.accepted && receiver.effects.length > before.effects)
      return performance.now() - since;
    if (performance.now() - since > patienceMs || hopeless()) return undefined;
    await wait(EVERY_MS);
  }
}

/** How far the system is behind. */
export interface Behind {
  readonly spooled: number;
  readonly waiting: number;
  readonly rows: number;
  readonly lag: number;
}

/** What had been done when the last post was answered. */
export interface Progress {
  /** Deliveries that were still to come, and those that had ended. */
  readonly owed: number;
  readonly ended: number;
  /** How long events had been posted, in ms. */
  readonly postingMs: number;
}

/**
 * How long settling may take, in ms: the backlog at the rate of the whole run so far, trouble included, and the 60 s of
 * the promise. What had no rate at all has nothing but these.
 */
export function settlingMs({ owed, ended, postingMs }: Progress): number {
  return RECOVERY_MS + (ended === 0 ? 0 : (owed / ended) * postingMs);
}

/** How settling went. */
export interface Settling {
  /** False when it came to a standstill, took twice as long as it may, or was hopeless. */
  readonly settled: boolean;
  /** Since it was first looked at. */
  readonly ms: number;
  readonly allowedMs: number;
}

/** Waits until it is settled, as long as anything still moves; for how long it may take is judged by others. */
export async function untilSettled(
  corner: Suite,
  load: Load,
  postingMs: number,
  options: {
    /** A quick run has no backlog of its own: it settles within the 60 s. */
    readonly quick: boolean;
    readonly say: (behind: Behind) => void;
    readonly hopeless: () => boolean;
  },
): Promise<Settling> {
  const { quick, say, hopeless } = options;
  const wanted = wantedRows(load.sent);
  const began = performance.now();
  let allowedMs: number | undefined;
  let last = '';
  let movedAt = began;
  for (;;) {
    const behind = await measure(corner, wanted).catch(() => undefined);
    const now = performance.now();
    if (behind !== undefined) {
      const owed = behind.rows + behind.waiting;
      allowedMs ??= quick ? RECOVERY_MS : settlingMs({ owed, ended: wanted - owed, postingMs });
      say(behind);
    }
    const told = { ms: now - began, allowedMs: allowedMs ?? RECOVERY_MS };
    if (behind !== undefined && Object.values(behind).every((count) => count === 0)) {
      return { settled: true, ...told };
    }
    // Not being able to ask is no movement.
    const state = behind === undefined ? last : JSON.stringify(behind);
    if (state !== last) movedAt = now;
    last = state;
    const endless = now - movedAt > STANDSTILL_MS || told.ms > 2 * told.allowedMs;
    if (endless || hopeless()) return { settled: false, ...told };
    await wait(EVERY_MS);
  }
}

async function measure(corner: Suite, wanted: number): Promise<Behind> {
  const [counts] = await corner.database.query<{ spooled: number; waiting: number; rows: number }>(
    `select (select count(*)::int from spool) as spooled, count(*) filter (where state = 'waiting')::int as waiting,
       count(*)::int as rows from delivery`,
  );
  const lags = await Promise.all(readers.map(([group, topic]) => lagOf(corner, group, topic)));
  return {
    spooled: counts?.spooled ?? 0,
    waiting: counts?.waiting ?? 0,
    rows: Math.max(0, wanted - (counts?.rows ?? 0)),
    lag: lags.reduce((sum, lag) => sum + lag, 0),
  };
}
