// What waits as a whole: its end when it is too old or for nobody any more, and how much it is. However much waits, each
// statement is done within a moment, and a call ends after a bounded number of them.
import type { Database } from '@switchboard/postgres';
import { countDeadSql, countWaitingSql, expireSql, forgetSql, orphansSql } from './ending-sql.ts';

/** How long rows may wait, in seconds, where their integration says nothing of its own. */
export interface WaitingAges {
  readonly maxAgeSeconds: number;
  /** While their integration stands still. */
  readonly maxParkedSeconds: number;
}

/** How many rows of a sink are in a state. */
export interface SinkState {
  readonly sink: string;
  readonly state: 'waiting' | 'dead';
  readonly rows: number;
  /** Since the oldest of those that wait was accepted or replayed, 0 when none does; null of dead ones. */
  readonly oldestSeconds: number | null;
}

/** Rows that die by one statement, and by one call: a call ends within some seconds. */
const DYING_AT_ONCE = 1_000;
export const DYING_PER_CALL = 10_000;
/** Integrations that one statement looks at. */
const INTEGRATIONS_AT_ONCE = 500;
/** Rows that one statement counts. */
const COUNTED_AT_ONCE = 25_000;

interface Ended {
  readonly died: number;
  readonly last: string | null;
}

interface Slice {
  readonly sink: string;
  readonly rows: number;
  readonly oldestSeconds: number;
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly id: number;
}

/** What waits for the sinks of a process. */
export class Waiting {
  constructor(
    private readonly db: Database,
    private readonly sinks: readonly string[],
  ) {}

  /** Ends waiting: rows accepted too long ago are dead. Answers how many; DYING_PER_CALL or more when there may be others. */
  expire({ maxAgeSeconds, maxParkedSeconds }: WaitingAges): Promise<number> {
    return this.endAll((from) =>
      this.db.query(expireSql, [
        this.sinks,
        maxAgeSeconds,
        maxParkedSeconds,
        DYING_AT_ONCE,
        from,
        INTEGRATIONS_AT_ONCE,
      ]),
    );
  }

  /** The same for integrations that were deleted, of which nothing else is kept either. */
  async endOrphans(): Promise<number> {
    await this.db.query(forgetSql);
    return this.endAll((from) =>
      this.db.query(orphansSql, [this.sinks, DYING_AT_ONCE, from, INTEGRATIONS_AT_ONCE]),
    );
  }

  /** Goes through the integrations, some at a time; those of which as many die as may at once are looked at again. */
  private async endAll(end: (from: string) => Promise<Ended[]>): Promise<number> {
    let rows = 0;
    for (let from = ''; rows < DYING_PER_CALL; ) {
      const [done] = await end(from);
      if (done === undefined || done.last === null) break;
      rows += done.died;
      if (done.died < DYING_AT_ONCE) from = done.last;
    }
    return rows;
  }

  /** Rows that wait and rows that died, by sink; finished ones are counted as they finish. Counted slice by slice. */
  async states(): Promise<SinkState[]> {
    const known = new Map(
      this.sinks.map((sink) => [sink, { sink, state: 'waiting' as const, rows: 0, oldestSeconds: 0 }]),
    );
    let from: Pick<Slice, 'integrationId' | 'orderingKey' | 'id'> = {
      integrationId: '',
      orderingKey: '',
      id: 0,
    };
    for (let counted = COUNTED_AT_ONCE; counted === COUNTED_AT_ONCE; ) {
      const slices = await this.db.query<Slice>(countWaitingSql, [
        from.integrationId,
        from.orderingKey,
        from.id,
        COUNTED_AT_ONCE,
      ]);
      for (const { sink, rows, oldestSeconds } of slices) {
        const state = known.get(sink);
        if (state === undefined) continue;
        state.rows += rows;
        state.oldestSeconds = Math.max(state.oldestSeconds, oldestSeconds);
      }
      counted = slices.reduce((sum, { rows }) => sum + rows, 0);
      from = slices[0] ?? from;
    }
    const dead = await this.db.query<{ sink: string; rows: number }>(countDeadSql, [this.sinks]);
    return [
      ...known.values(),
      ...dead.map(({ sink, rows }) => ({ sink, rows, state: 'dead' as const, oldestSeconds: null })),
    ];
  }
}
