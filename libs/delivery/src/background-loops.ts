// What the delivery runtime does again and again: heartbeat, ownership, due rows, health, expiry, jobs, upkeep.
import {
  deleteOldLinks,
  LINKS_PER_CALL,
  MAX_DEAD_PER_CALL,
  maintainPartitions,
  updateCatalog,
} from '@switchboard/ledger';
import type { RuntimeOptions, RuntimeParts } from './assemble.ts';
import { NOTHING_DONE, type Repeating, repeat } from './repeat.ts';
import { catalogEntry } from './settings/catalog-entry.ts';

/** The loops of a runtime. A stop ends them at different times. */
export interface BackgroundLoops {
  /** Claims due rows. */
  readonly due: Repeating;
  /** The loops without which nothing is delivered: `due`, heartbeat and ownership. */
  readonly needed: readonly Repeating[];
  /** Maintains the ledger's partitions. Its statements have no time limit. */
  readonly upkeep: Repeating;
  readonly others: readonly Repeating[];
}

/** What loops need beside the parts. */
export interface LoopOptions extends Pick<RuntimeOptions, 'db' | 'sinks' | 'logger'> {
  /** Aborted when a stop begins: the upkeep ends after the step under way. */
  readonly stopping: AbortSignal;
  /** Called after each turn of ownership. */
  readonly onOwnership: () => void;
}

/** Starts the loops. Nothing is claimed before the first heartbeat has reached Postgres. */
export function startLoops(parts: RuntimeParts, options: LoopOptions): BackgroundLoops {
  const { lease, ownership, dispatcher, integrations, jobs, queues, healthStore, dueLoop, timing } = parts;
  const { db, sinks, logger, onOwnership } = options;
  const reports = { logger, troubleMs: timing.loopTroubleMs };
  const loop = (name: string, everyMs: number, turn: () => Promise<void>) =>
    repeat(name, everyMs, () => turn().then(() => undefined), reports);
  const dueTurn = async () => {
    const seconds = await dueLoop.turn();
    // Without the lease it asks Postgres nothing.
    return lease.mayClaim() ? seconds * 1000 : NOTHING_DONE;
  };
  const due = repeat('due', timing.dueMs, dueTurn, reports);
  return {
    due,
    needed: [
      due,
      loop('heartbeat', timing.beatMs, () => lease.renew()),
      loop('ownership', timing.beatMs, async () => {
        await integrations.refresh();
        await ownership.turn();
        onOwnership();
        dispatcher.schedule();
      }),
    ],
    upkeep: loop('upkeep', timing.upkeepAgainMs, upkeepTurn(parts, options)),
    others: [
      loop('catalog', timing.announceMs, () => updateCatalog(db, sinks.map(catalogEntry))),
      loop('jobs', timing.jobsMs, () => jobs.turn()),
      loop('old jobs', timing.expireMs, () => jobs.clean()),
      loop('health', timing.healthMs, () => healthStore.store(queues.all())),
      repeat('expiry', timing.expireMs, () => expire(parts, options), reports),
    ],
  };
}

/** Ends what has waited too long, and deletes old links. Returns 0 when there is more to do at once. */
async function expire(
  { waiting, timing }: RuntimeParts,
  { db, logger }: LoopOptions,
): Promise<number | undefined> {
  const rows = await waiting.expire(timing);
  if (rows > 0) logger.warn({ rows }, 'Deliveries waited too long and are dead.');
  const orphans = await waiting.endOrphans();
  if (orphans > 0) logger.warn({ rows: orphans }, 'Deliveries of deleted integrations are dead.');
  // Links live as long as dead deliveries: a replayed delivery may need them.
  const links = await deleteOldLinks(db, timing.deadDays);
  const more = Math.max(rows, orphans) >= MAX_DEAD_PER_CALL || links >= LINKS_PER_CALL;
  return more ? 0 : undefined;
}

/** Makes the turn of the ledger's upkeep. A turn that failed, or that another process is doing, is still due. */
function upkeepTurn({ timing }: RuntimeParts, { db, logger, stopping }: LoopOptions): () => Promise<void> {
  let dueAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() < dueAt) return;
    const done = await maintainPartitions(db, timing, new Date(), { signal: stopping });
    if (done === undefined) return;
    if (done.made.length + done.dropped.length + done.deleted > 0)
      logger.info({ ...done }, 'Ledger partitions created, dropped and cleaned.');
    if (done.refusing.length === 0) dueAt = performance.now() + timing.upkeepMs;
    else
      logger.warn(
        { refusing: done.refusing },
        'Tables of the ledger refuse rows of a day, because a lock on them is held for long. Trying again soon.',
      );
  };
}
