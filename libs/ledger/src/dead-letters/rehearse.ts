// A replay that does not happen: how many it would be, and what the first of them would send.
import type { Database } from '@switchboard/postgres';
import { beginAction, endAction } from './actions.ts';
import { type Chosen, conditionOf, Parameters } from './chosen.ts';
import { idAt, type Place } from './dead-letter-id.ts';
import { type DryDelivery, dryRunDeliveries } from './dry-run.ts';
import { type Count, countDeadLetters } from './search.ts';

/** Who asks, of how many the requests are wanted, and how long they are waited for. */
export interface RehearsalOptions {
  readonly actor: string;
  readonly force?: boolean;
  /** The first ones, in the order of the replay; default 10. */
  readonly sample?: number;
  /** Default 20,000. */
  readonly deadlineMs?: number;
}

/** What would become of a record. */
export interface DryRecord {
  readonly id: string;
  /** Its topic's name on the broker. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly bytes: number | null;
}

/** What a replay would do. */
export interface Rehearsal extends Count {
  readonly firstDeliveries: readonly DryDelivery[];
  readonly firstRecords: readonly DryRecord[];
}

const SAMPLE = 10;
const DEADLINE_MS = 20_000;

/** Tells what replaying would do. Deliveries are shown as they would be sent: under the key they have, or the forced one. */
export async function rehearseReplay(
  db: Database,
  chosen: Chosen,
  { actor, force = false, sample = SAMPLE, deadlineMs = DEADLINE_MS }: RehearsalOptions,
): Promise<Rehearsal> {
  const action = await beginAction(db, { verb: 'replay', actor, chosen, forced: force, dryRun: true });
  const count = await countDeadLetters(db, chosen);
  const parameters = new Parameters();
  const condition = conditionOf(chosen, parameters);
  const limit = parameters.add(sample);
  const deliveries = await db.query<{ id: number }>(
    `select delivery_id as id from dead_letter where ${condition} and delivery_id is not null
     order by delivery_id limit ${limit}`,
    parameters.values,
  );
  const records = await db.query<Place & Omit<DryRecord, 'id' | 'partition'> & { to: number | null }>(
    `select null as delivery, l.letter_partition as partition, l.letter_offset as "offset", r.origin_topic as topic,
       r.origin_partition as to, octet_length(coalesce(r.edited_value, r.value)) as bytes
     from (select letter_partition, letter_offset from dead_letter where ${condition} and delivery_id is null
       order by letter_partition, letter_offset limit ${limit}) l
     join dead_record r using (letter_partition, letter_offset) order by 2, 3`,
    parameters.values,
  );
  const firstDeliveries = await dryRunDeliveries(
    db,
    deliveries.map(({ id }) => id),
    { forced: force, deadlineMs },
  );
  await endAction(db, action);
  return {
    ...count,
    firstDeliveries,
    firstRecords: records.map((record) => ({
      id: idAt(record),
      topic: record.topic,
      partition: record.to,
      bytes: record.bytes,
    })),
  };
}
