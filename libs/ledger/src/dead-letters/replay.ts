// Replaying: dead deliveries wait again in the ledger, where their owner finds them; dead records go back to their topics.
import type { Database } from '@switchboard/postgres';
import { beginAction, endAction } from './actions.ts';
import type { Chosen } from './chosen.ts';
import { type Outbound, type RecordsReplayed, replayRecords } from './replay-records.ts';
import { replayDeliveries, type Settlement } from './settle-deliveries.ts';

/** Who replays, and how. */
export interface ReplayOptions {
  readonly actor: string;
  /**
   * Deliveries go out under a new idempotency key with none of their steps done; records go even when they are so old that
   * others may do their work again.
   */
  readonly force?: boolean;
}

/** What a replay came to. */
export interface Replayed {
  /** Its number among the actions. */
  readonly action: number;
  readonly deliveries: Settlement;
  readonly records: RecordsReplayed;
}

/** Replays what is chosen and dead. What dies while it runs is left alone. */
export async function replayDeadLetters(
  db: Database,
  out: Outbound,
  chosen: Chosen,
  { actor, force = false }: ReplayOptions,
): Promise<Replayed> {
  const action = await beginAction(db, { verb: 'replay', actor, chosen, forced: force });
  const deliveries = await replayDeliveries(db, action, chosen, force);
  const records = await replayRecords(db, out, action, chosen, force);
  if (records.trouble === undefined) await endAction(db, action);
  return { action, deliveries, records };
}
