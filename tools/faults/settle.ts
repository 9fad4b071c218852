// When is it over? Nothing waits in the spool, the ledger or a topic, and as many rows are delivered as were wanted. And
// how long that took, counted from the end of the trouble.
import { setTimeout as wait } from 'node:timers/promises';
import { type Topic, topics } from '@switchboard/contracts';
import { committedOffsets, topicEnds } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import type { Load } from './load.ts';
import { wantedRows } from './oracle.ts';
import type { Receiver } from './receiver.ts';

/** Longest recovery that the promise allows. */
export const RECOVERY_MS = 60_000;
/** After this we stop waiting for what has exceeded it: it is told as it is. */
const STANDSTILL_MS = 60_000;
const EVERY_MS = 250;

const readers: readonly [group: string, topic: Topic][] = [
  ['enricher', topics.events],
  ['router', topics.enriched],
  ['metrics', topics.enriched],
  ['sink-hubspot', topics.leads],
  ['sink-slack', topics.escalations],
];

/** Resolves with the ms from `since` until something was accepted and had its effect again; `undefined` if never. */
export async function untilResumed(
  since: number,
  load: Load,
  receiver: Receiver,
): Promise<number | undefined> {
  const before = { accepted: load.accepted, effects: receiver.effects.length };
  for (;;) {
    const moved = load.accepted > before.accepted && receiver.effects.length > before.effects;
    if (moved || load.complete) return performance.now() - since;
    if (performance.now() - since > 2 * RECOVERY_MS) return undefined;
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

/** Waits until it is settled, as long as anything still moves. False when it came to a standstill, or is hopeless. */
export async function untilSettled(
  corner: Suite,
  load: Load,
  say: (behind: Behind) => void,
  hopeless: () => boolean,
): Promise<boolean> {
  const wanted = wantedRows(load.sent);
  let last = '';
  let movedAt = performance.now();
  for (;;) {
    const behind = await measure(corner, wanted).catch(() => undefined);
    if (behind !== undefined) {
      say(behind);
      if (Object.values(behind).every((count) => count === 0)) return true;
    }
    // Not being able to ask is no movement.
    const state = behind === undefined ? last : JSON.stringify(behind);
    if (state !== last) movedAt = performance.now();
    last = state;
    if (performance.now() - movedAt > STANDSTILL_MS || hopeless()) return false;
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

async function lagOf({ kafka }: Suite, group: string, topic: Topic): Promise<number> {
  const committed = await committedOffsets(kafka, group, topic);
  const ends = await topicEnds(kafka, topic);
  return ends.reduce((sum, { partition, low, high }) => sum + high - (committed.get(partition) ?? low), 0);
}
