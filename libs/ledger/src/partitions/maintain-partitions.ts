// Maintains the partitions of the ledger, one per day: creates them before their day, and drops them after the retention. A
// day with many rows to keep stays, and its expired rows are deleted. With few, these move to the default partition, which also
// has the rows without a usable day. No lock is held longer than half a second: docs/decisions/0015.
import type { Database, Queryable } from '@switchboard/postgres';
import { cleanPartition } from './clean-partition.ts';
import {
  createDay,
  dayAt,
  daysOf,
  dropChecks,
  dropDay,
  isSmall,
  type MoveLimits,
  moveLimits,
  PARTITIONED_TABLES,
  type PartitionedTable,
  partitionName,
} from './day-partitions.ts';

/** Advisory lock: one process does this at a time. Never change it. */
const LOCK = 7_310_002;
/** Limit for opening the session; its statements have no limit. */
const CONNECT_MS = 5_000;
/** While the process stops, the running statement is cancelled at this interval: another one may start after a cancel. */
const CANCEL_MS = 250;
/** Cancels the running statement, except the drop of a check: that is fast, and a check that stays refuses rows. */
const CANCEL = `select pg_cancel_backend(pid) from pg_stat_activity
  where pid = $1 and state = 'active' and query !~ 'drop constraint'`;
const DAYS_AHEAD = 3;
const DAYS_BEHIND = 1;

/** How long finished rows are kept, in days. */
export interface Retention {
  readonly deliveredDays: number;
  readonly deadDays: number;
}

/** The result of a run. */
export interface PartitionMaintenance {
  /** Days whose partitions were created or dropped, YYYY-MM-DD. */
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Expired days that stay, because many of their rows wait or are dead. */
  readonly stayed: readonly string[];
  /** Rows that were deleted one by one. */
  readonly deleted: number;
  /** Tables that refuse rows of a day, because a check could not be dropped: another run is needed soon. */
  readonly refusing: readonly PartitionedTable[];
}

/** Creates missing partitions and drops expired ones. Returns undefined when another process is doing it. */
export async function maintainPartitions(
  db: Database,
  retention: Retention,
  now: Date,
  {
    limits = moveLimits,
    signal = new AbortController().signal,
  }: { readonly limits?: MoveLimits; readonly signal?: AbortSignal } = {},
): Promise<PartitionMaintenance | undefined> {
  // A run may take minutes, and the connections of the pool are for deliveries.
  const dedicated = db.dedicated({ statementTimeoutMs: CONNECT_MS });
  const running = dedicated.session(
    async (session) => {
      const [lock] = await session.query<{ got: boolean; pid: number }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as got, pg_backend_pid() as pid',
        [LOCK, db.schema],
      );
      if (!lock?.got) return undefined;
      // A long statement must not delay the stop of the process. The interval repeats a cancel that fails.
      const cancel = () => void db.query(CANCEL, [lock.pid]).catch(() => undefined);
      const cancelTimer = setInterval(() => signal.aborted && cancel(), CANCEL_MS);
      try {
        return await new MaintenanceRun(session, retention, now, limits, signal).run();
      } finally {
        clearInterval(cancelTimer);
      }
    },
    { unlimited: true },
  );
  return running.finally(() => dedicated.close());
}

/** One run of the maintenance. */
class MaintenanceRun {
  private readonly deliveredBefore: string;
  private readonly deadBefore: string;

  constructor(
    private readonly session: Queryable,
    { deliveredDays, deadDays }: Retention,
    private readonly now: Date,
    private readonly limits: MoveLimits,
    private readonly signal: AbortSignal,
  ) {
    this.deliveredBefore = timeAt(now, -deliveredDays);
    this.deadBefore = timeAt(now, -deadDays);
  }

  async run(): Promise<PartitionMaintenance> {
    const made = await this.createDays();
    const refusing = await this.refusing();
    // Some rows are refused until the checks are dropped, so this run ends early and the next one comes soon.
    if (refusing.length > 0) return { made, dropped: [], stayed: [], deleted: 0, refusing };
    const oldest = this.deliveredBefore.slice(0, 10);
    const dropped: string[] = [];
    const stayed: string[] = [];
    let deleted = 0;
    for (const day of (await this.days()).filter((one) => one < oldest)) {
      if (this.signal.aborted) break;
      if (await this.drop(day)) {
        dropped.push(day);
        continue;
      }
      stayed.push(day);
      deleted += await this.cleanDay(day);
    }
    if (!this.signal.aborted) deleted += await this.cleanDefault();
    return { made, dropped, stayed, deleted, refusing };
  }

  private async createDays(): Promise<string[]> {
    const { session, now, limits } = this;
    const made = new Set<string>();
    for (const table of PARTITIONED_TABLES) {
      await dropChecks(session, table);
      const existing = await daysOf(session, table);
      for (const day of daysAround(now).filter((one) => !existing.includes(one))) {
        if (await createDay(session, table, day, limits)) made.add(day);
      }
    }
    return [...made].sort();
  }

  private async refusing(): Promise<PartitionedTable[]> {
    const found: PartitionedTable[] = [];
    for (const table of PARTITIONED_TABLES) if (!(await dropChecks(this.session, table))) found.push(table);
    return found;
  }

  /** Days that have a partition of any table. */
  private async days(): Promise<string[]> {
    const all = new Set<string>();
    for (const table of PARTITIONED_TABLES) for (const day of await daysOf(this.session, table)) all.add(day);
    return [...all].sort();
  }

  /** Drops the partitions of a day if few of its rows must be kept. The next run completes a drop that was interrupted. */
  private async drop(day: string): Promise<boolean> {
    const { session, deadBefore, limits } = this;
    if (!(await isSmall(session, day, deadBefore, limits))) return false;
    for (const table of PARTITIONED_TABLES) {
      const existing = await daysOf(session, table);
      if (existing.includes(day) && !(await dropDay(session, table, day, deadBefore))) return false;
    }
    return true;
  }

  private async cleanDay(day: string): Promise<number> {
    const partitionOf = async (table: PartitionedTable) =>
      (await daysOf(this.session, table)).includes(day) ? partitionName(table, day) : `${table}_rest`;
    return cleanPartition(
      this.session,
      {
        deliveries: await partitionOf('delivery'),
        isExpired: `d.day = '${day}' and (d.state in ('delivered', 'skipped') or (d.state = 'dead' and d.finished_at < '${this.deadBefore}'))`,
        attempts: await partitionOf('delivery_attempt'),
        bodies: await partitionOf('event_body'),
        bodyIsExpired: `b.day = '${day}'`,
      },
      this.signal,
    );
  }

  private async cleanDefault(): Promise<number> {
    const { session, deliveredBefore, deadBefore, signal } = this;
    // Days with a partition of their own: their deliveries are not in the default partition.
    const elsewhere = (await daysOf(session, 'delivery')).map((day) => `'${day}'`).join(', ');
    return cleanPartition(
      session,
      {
        deliveries: 'delivery_rest',
        isExpired: `(d.state in ('delivered', 'skipped') and d.finished_at < '${deliveredBefore}') or (d.state = 'dead' and d.finished_at < '${deadBefore}')`,
        attempts: 'delivery_attempt_rest',
        bodies: 'event_body_rest',
        bodyIsExpired: `b.accepted_at < '${deliveredBefore}' and b.day <> all(array[${elsewhere}]::date[])`,
      },
      signal,
    );
  }
}

function daysAround(now: Date): string[] {
  return Array.from({ length: DAYS_BEHIND + 1 + DAYS_AHEAD }, (_, index) => dayAt(now, index - DAYS_BEHIND));
}

function timeAt(from: Date, days: number): string {
  return new Date(from.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
}
