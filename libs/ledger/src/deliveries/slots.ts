// Slots decide which process delivers for which integrations. A process owns slots while it sends heartbeats. When the
// heartbeats stop, other processes take its slots over. Each change of owner gives the slot a new epoch.
import type { Database } from '@switchboard/postgres';
import { freeStaleClaimsSql, freeUnknownClaimsSql, staleEpochsSql } from './free-claims-sql.ts';

/** A slot of a sink. */
export interface Slot {
  readonly sink: string;
  readonly slot: number;
}

/** A slot with the epoch under which this process owns it. */
export interface OwnedSlot extends Slot {
  readonly epoch: number;
}

/** A slot with integrations, as one process sees it. */
export interface SlotStatus extends Slot {
  /** The epoch under which this process owns it; null when it does not own it. */
  readonly epoch: number | null;
  /** Whether it has no owner, or its owner has sent no heartbeat for too long. */
  readonly free: boolean;
  /** Number of living processes that host the sink. */
  readonly replicas: number;
}

const alive = (instance: string, silence: string) => `exists (select 1 from sink_instance i
  where i.id = ${instance} and i.heartbeat_at >= clock_timestamp() - ${silence} * interval '1 second')`;

const listSql = `
  select o.sink, o.slot, case when s.owner = $1::uuid then s.epoch end as epoch,
    s.owner is null or not ${alive('s.owner', '$3::float8')} as free,
    (select count(*) from sink_instance i
     where o.sink = any(i.sinks) and i.heartbeat_at >= clock_timestamp() - $3::float8 * interval '1 second') as replicas
  from (select distinct sink, slot from integrations where sink = any($2::text[])) o
  left join sink_slot s using (sink, slot)
  order by o.sink, o.slot`;

// Lock first, then examine: an owner that sends a heartbeat in between keeps its slot.
const lockSql = `
  select 1 from sink_slot where (sink, slot) in (select * from unnest($1::text[], $2::int[]))
  order by sink, slot for update`;

const takeSql = `
  update sink_slot s set owner = $1::uuid, epoch = nextval('slot_epoch')
  where (s.sink, s.slot) in (select * from unnest($2::text[], $3::int[]))
    and (s.owner is null or s.owner = $1::uuid or not ${alive('s.owner', '$4::float8')})
  returning s.sink, s.slot, s.epoch`;

const releaseSlotsSql = `
  update sink_slot set owner = null
  where owner = $1::uuid and (sink, slot) in (select * from unnest($2::text[], $3::int[]))`;

/**
 * A process that is frozen in the middle of a transaction keeps its locks, so nobody could take over its slots. With this
 * limit the server ends such a session before the process counts as dead (10 s).
 */
const idleTimeoutSql = `set local idle_in_transaction_session_timeout = '5s'`;

/** Most rows that one statement releases, so that each statement is short. */
const FREED_PER_STATEMENT = 2_000;

/** The slots as one process uses them; `instance` is the id of the process. */
export class Slots {
  constructor(
    private readonly db: Database,
    /** A connection for heartbeats only: blocked statements must not make this process look dead. */
    private readonly heartbeatDb: Database,
    private readonly instance: string,
    private readonly sinks: readonly string[],
    private readonly silenceSeconds: number,
  ) {}

  /** Sends a heartbeat, which keeps this process's slots; the first one registers the process. */
  async heartbeat(): Promise<void> {
    await this.heartbeatDb.query(
      `insert into sink_instance (id, sinks) values ($1, $2)
       on conflict (id) do update set heartbeat_at = clock_timestamp()`,
      [this.instance, this.sinks],
    );
  }

  /** Every slot with integrations of the sinks of this process. */
  list(): Promise<SlotStatus[]> {
    return this.db.query<SlotStatus>(listSql, [this.instance, this.sinks, this.silenceSeconds]);
  }

  /**
   * Takes slots that are free or already owned, under a new epoch. Returns those that were taken. Rows claimed before are
   * still claimed, under stale epochs: call `freeStaleClaims` before claiming anything.
   */
  async take(slots: readonly Slot[]): Promise<OwnedSlot[]> {
    const columns = [slots.map(({ sink }) => sink), slots.map(({ slot }) => slot)];
    return this.db.transaction(async (tx) => {
      await tx.query(idleTimeoutSql);
      await tx.query(
        `insert into sink_slot (sink, slot) select * from unnest($1::text[], $2::int[]) order by 1, 2
         on conflict (sink, slot) do nothing`,
        columns,
      );
      await tx.query(lockSql, columns);
      return tx.query<OwnedSlot>(takeSql, [this.instance, ...columns, this.silenceSeconds]);
    });
  }

  /**
   * Releases rows that earlier owners of these slots left claimed, in batches. If it is interrupted, the next owner of the
   * slot does the rest: stale epochs are found by the rows claimed under them.
   */
  async freeStaleClaims(slots: readonly OwnedSlot[]): Promise<void> {
    const stale = (await this.db.query<{ epoch: number }>(staleEpochsSql, [])).map(({ epoch }) => epoch);
    if (stale.length === 0) return;
    const epochs = slots.map(({ epoch }) => epoch);
    for (;;) {
      const freed = await this.db.query(freeStaleClaimsSql, [
        this.instance,
        epochs,
        stale,
        FREED_PER_STATEMENT,
      ]);
      if (freed.length < FREED_PER_STATEMENT) return;
    }
  }

  /** Gives slots up, and releases the rows that are still claimed under them. */
  async release(slots: readonly OwnedSlot[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(idleTimeoutSql);
      await tx.query(freeUnknownClaimsSql, [this.instance, slots.map(({ epoch }) => epoch), []]);
      await tx.query(releaseSlotsSql, [
        this.instance,
        slots.map(({ sink }) => sink),
        slots.map(({ slot }) => slot),
      ]);
    });
  }

  /** Removes this process, and others whose last heartbeat is an hour old. */
  async unregister(): Promise<void> {
    await this.db.query(
      `delete from sink_instance where id = $1::uuid or heartbeat_at < now() - interval '1 hour'`,
      [this.instance],
    );
  }
}
