// Who delivers for whom: the slots of the sinks, taken by whoever beats. An owner that falls silent loses its slots to
// others; each change of owner is a new epoch.
import type { Database } from '@switchboard/postgres';
import { freeGoneSql, goneEpochsSql, sweepSql } from './free-sql.ts';

/** A slot of a sink. */
export interface Slot {
  readonly sink: string;
  readonly slot: number;
}

/** A slot with the epoch under which this process owns it. */
export interface OwnedSlot extends Slot {
  readonly epoch: number;
}

/** A slot that has integrations, as one process sees it. */
export interface Surveyed extends Slot {
  /** The epoch under which this process owns it; null when it does not. */
  readonly epoch: number | null;
  /** Nobody owns it, or somebody silent does. */
  readonly free: boolean;
  /** Processes alive that host the sink. */
  readonly replicas: number;
}

const alive = (instance: string, silence: string) => `exists (select 1 from sink_instance i
  where i.id = ${instance} and i.heartbeat_at >= clock_timestamp() - ${silence} * interval '1 second')`;

const surveySql = `
  select o.sink, o.slot, case when s.owner = $1::uuid then s.epoch end as epoch,
    s.owner is null or not ${alive('s.owner', '$3::float8')} as free,
    (select count(*) from sink_instance i
     where o.sink = any(i.sinks) and i.heartbeat_at >= clock_timestamp() - $3::float8 * interval '1 second') as replicas
  from (select distinct sink, slot from integrations where sink = any($2::text[])) o
  left join sink_slot s using (sink, slot)
  order by o.sink, o.slot`;

// Locked first and looked at afterwards: an owner that comes back to life meanwhile keeps its slot.
const lockSql = `
  select 1 from sink_slot where (sink, slot) in (select * from unnest($1::text[], $2::int[]))
  order by sink, slot for update`;

const takeSql = `
  update sink_slot s set owner = $1::uuid, epoch = nextval('slot_epoch')
  where (s.sink, s.slot) in (select * from unnest($2::text[], $3::int[]))
    and (s.owner is null or s.owner = $1::uuid or not ${alive('s.owner', '$4::float8')})
  returning s.sink, s.slot, s.epoch`;

const freeSql = `
  update sink_slot set owner = null
  where owner = $1::uuid and (sink, slot) in (select * from unnest($2::text[], $3::int[]))`;

/**
 * A process that is stopped in the middle of a transaction keeps its locks, and with them the slots from their heirs. The
 * server ends such a session before the process counts as silent (10 s).
 */
const notForLong = `set local idle_in_transaction_session_timeout = '5s'`;

/** Rows that one statement frees: it ends within a moment, however many are claimed. */
const FREED_AT_ONCE = 2_000;

/** The slots as one process uses them; `instance` is its name. */
export class Slots {
  constructor(
    private readonly db: Database,
    /** Of the heartbeat alone: statements that are blocked must not make this process look dead. */
    private readonly beating: Database,
    private readonly instance: string,
    private readonly sinks: readonly string[],
    private readonly silenceSeconds: number,
  ) {}

  /** Keeps what this process owns from being taken over; makes it known the first time. */
  async beat(): Promise<void> {
    await this.beating.query(
      `insert into sink_instance (id, sinks) values ($1, $2)
       on conflict (id) do update set heartbeat_at = clock_timestamp()`,
      [this.instance, this.sinks],
    );
  }

  /** Every slot of the sinks hosted here that has integrations. */
  survey(): Promise<Surveyed[]> {
    return this.db.query<Surveyed>(surveySql, [this.instance, this.sinks, this.silenceSeconds]);
  }

  /**
   * Takes slots that are free, or anew those that are ours, under a new epoch. Answers those that could be had. What was
   * claimed before is still claimed, under epochs that are gone: `freeGone` comes before anything is claimed anew.
   */
  async take(slots: readonly Slot[]): Promise<OwnedSlot[]> {
    const names = [slots.map(({ sink }) => sink), slots.map(({ slot }) => slot)];
    return this.db.transaction(async (tx) => {
      await tx.query(notForLong);
      await tx.query(
        `insert into sink_slot (sink, slot) select * from unnest($1::text[], $2::int[]) order by 1, 2
         on conflict (sink, slot) do nothing`,
        names,
      );
      await tx.query(lockSql, names);
      return tx.query<OwnedSlot>(takeSql, [this.instance, ...names, this.silenceSeconds]);
    });
  }

  /**
   * Frees what earlier owners of these slots left claimed, a bounded number of rows at a time. Interrupted halfway it is
   * begun anew by whoever takes the slot next: the epochs that are gone are found by the rows claimed under them.
   */
  async freeGone(slots: readonly OwnedSlot[]): Promise<void> {
    const gone = (await this.db.query<{ epoch: number }>(goneEpochsSql, [])).map(({ epoch }) => epoch);
    if (gone.length === 0) return;
    const ours = slots.map(({ epoch }) => epoch);
    for (;;) {
      const freed = await this.db.query(freeGoneSql, [this.instance, ours, gone, FREED_AT_ONCE]);
      if (freed.length < FREED_AT_ONCE) return;
    }
  }

  /** Lets slots go, with what is still claimed under them. */
  async letGo(slots: readonly OwnedSlot[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(notForLong);
      await tx.query(sweepSql, [this.instance, slots.map(({ epoch }) => epoch), []]);
      await tx.query(freeSql, [this.instance, slots.map(({ sink }) => sink), slots.map(({ slot }) => slot)]);
    });
  }

  /** Ends this process's part, and forgets others that fell silent long ago. */
  async leave(): Promise<void> {
    await this.db.query(
      `delete from sink_instance where id = $1::uuid or heartbeat_at < now() - interval '1 hour'`,
      [this.instance],
    );
  }
}
