// Partitions of the ledger, a day each: made ahead of their day, dropped when it is long over. A day of which much is to be
// kept stays until that has ended, without what is over; of one with little, that goes into the default partition, which
// also has whatever has no sensible day. No step locks anybody out for longer than half a second: docs/decisions/0015.
import type { Database, Queryable } from '@switchboard/postgres';
import { cleanPartition } from './clean-partition.ts';
import {
  dayAt,
  daysOf,
  dropChecks,
  dropDay,
  isLittle,
  type MoveLimits,
  makeDay,
  moveLimits,
  nameOf,
  TABLES,
  type Table,
} from './day-partitions.ts';

/** One process at a time; any constant will do, as long as it stays. */
const LOCK = 7_310_002;
/** Until the session is open, which then has no limit. */
const CONNECT_MS = 5_000;
/** While the process stops, the running statement is cancelled this often: the next one may begin right after a cancel. */
const CANCEL_MS = 250;
/** Cancels the running statement, but not the drop of a check: a check that stays refuses rows, and its drop is quick. */
const CANCEL = `select pg_cancel_backend(pid) from pg_stat_activity
  where pid = $1 and state = 'active' and query !~ 'drop constraint'`;
const AHEAD_DAYS = 3;
const BEHIND_DAYS = 1;

/** How long finished rows are kept, in days. */
export interface Retention {
  readonly deliveredDays: number;
  readonly deadDays: number;
}

/** What a turn did. */
export interface Upkeep {
  /** Days that got partitions, and days whose partitions were dropped, YYYY-MM-DD. */
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Days that are over and stay, because much of them waits or is dead. */
  readonly stayed: readonly string[];
  /** Rows that were deleted one by one. */
  readonly deleted: number;
  /** Tables that refuse rows of a day, since a check of theirs could not be dropped: another turn is needed soon. */
  readonly refusing: readonly Table[];
}

/** Makes the partitions that are missing and drops those that are over. Answers undefined when another process is at it. */
export async function keepPartitions(
  db: Database,
  retention: Retention,
  now: Date,
  {
    limits = moveLimits,
    signal = new AbortController().signal,
  }: { readonly limits?: MoveLimits; readonly signal?: AbortSignal } = {},
): Promise<Upkeep | undefined> {
  // A connection of its own: a turn may take minutes, and those of the pool are for deliveries.
  const own = db.dedicated({ statementTimeoutMs: CONNECT_MS });
  const looking = own.session(
    async (session) => {
      const [lock] = await session.query<{ got: boolean; pid: number }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as got, pg_backend_pid() as pid',
        [LOCK, db.schema],
      );
      if (!lock?.got) return undefined;
      // A long statement must not delay the end of the process. A cancel that fails is repeated.
      const cancel = () => void db.query(CANCEL, [lock.pid]).catch(() => undefined);
      const cancelling = setInterval(() => signal.aborted && cancel(), CANCEL_MS);
      try {
        return await new Keeper(session, retention, now, limits, signal).turn();
      } finally {
        clearInterval(cancelling);
      }
    },
    { unlimited: true },
  );
  return looking.finally(() => own.close());
}

/** One turn. */
class Keeper {
  private readonly deliveredBefore: string;
  private readonly deadBefore: string;

  constructor(
    private readonly session: Queryable,
    { deliveredDays, deadDays }: Retention,
    private readonly now: Date,
    private readonly limits: MoveLimits,
    private readonly signal: AbortSignal,
  ) {
    this.deliveredBefore = momentAt(now, -deliveredDays);
    this.deadBefore = momentAt(now, -deadDays);
  }

  async turn(): Promise<Upkeep> {
    const made = await this.make();
    const refusing = await this.refusing();
    // Some rows are refused until the next turn, so this one ends early and the next one comes soon.
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
    if (!this.signal.aborted) deleted += await this.cleanRest();
    return { made, dropped, stayed, deleted, refusing };
  }

  private async make(): Promise<string[]> {
    const { session, now, limits } = this;
    const made = new Set<string>();
    for (const table of TABLES) {
      await dropChecks(session, table);
      const there = await daysOf(session, table);
      for (const day of daysAround(now).filter((one) => !there.includes(one))) {
        if (await makeDay(session, table, day, limits)) made.add(day);
      }
    }
    return [...made].sort();
  }

  private async refusing(): Promise<Table[]> {
    const found: Table[] = [];
    for (const table of TABLES) if (!(await dropChecks(this.session, table))) found.push(table);
    return found;
  }

  /** Days that have a partition of any table. */
  private async days(): Promise<string[]> {
    const all = new Set<string>();
    for (const table of TABLES) for (const day of await daysOf(this.session, table)) all.add(day);
    return [...all].sort();
  }

  /** Drops what there is of a day, where little is to be kept. What was begun and not ended is ended by the next turn. */
  private async drop(day: string): Promise<boolean> {
    const { session, deadBefore, limits } = this;
    if (!(await isLittle(session, day, deadBefore, limits))) return false;
    for (const table of TABLES) {
      const there = await daysOf(session, table);
      if (there.includes(day) && !(await dropDay(session, table, day, deadBefore))) return false;
    }
    return true;
  }

  private async cleanDay(day: string): Promise<number> {
    const there = async (table: Table) =>
      (await daysOf(this.session, table)).includes(day) ? nameOf(table, day) : `${table}_rest`;
    return cleanPartition(
      this.session,
      {
        deliveries: await there('delivery'),
        over: `d.day = '${day}' and (d.state in ('delivered', 'skipped') or (d.state = 'dead' and d.finished_at < '${this.deadBefore}'))`,
        attempts: await there('delivery_attempt'),
        bodies: await there('event_body'),
        bodyMayGo: `b.day = '${day}'`,
      },
      this.signal,
    );
  }

  private async cleanRest(): Promise<number> {
    const { session, deliveredBefore, deadBefore, signal } = this;
    // Deliveries of these days are elsewhere.
    const elsewhere = (await daysOf(session, 'delivery')).map((day) => `'${day}'`).join(', ');
    return cleanPartition(
      session,
      {
        deliveries: 'delivery_rest',
        over: `(d.state in ('delivered', 'skipped') and d.finished_at < '${deliveredBefore}') or (d.state = 'dead' and d.finished_at < '${deadBefore}')`,
        attempts: 'delivery_attempt_rest',
        bodies: 'event_body_rest',
        bodyMayGo: `b.accepted_at < '${deliveredBefore}' and b.day <> all(array[${elsewhere}]::date[])`,
      },
      signal,
    );
  }
}

function daysAround(now: Date): string[] {
  return Array.from({ length: BEHIND_DAYS + 1 + AHEAD_DAYS }, (_, index) => dayAt(now, index - BEHIND_DAYS));
}

function momentAt(from: Date, days: number): string {
  return new Date(from.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
}
