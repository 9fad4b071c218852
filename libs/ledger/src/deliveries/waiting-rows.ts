// All waiting rows of the sinks of a process: marks them as dead when they are too old or their integration was deleted, and
// counts them. Each statement is short however many rows wait, and a call runs a limited number of statements.
import type { Database } from '@switchboard/postgres';
import { countDeadSql, countWaitingSql, deleteOrphanStateSql, expireSql, orphansSql } from './waiting-sql.ts';

/** How long rows may wait, in seconds, where their integration has no setting of its own. */
export interface WaitingAges {
  readonly maxAgeSeconds: number;
  /** While their integration is parked. */
  readonly maxParkedSeconds: number;
}

/** Number of rows of a sink in a state. */
export interface RowCount {
  readonly sink: string;
  readonly state: 'waiting' | 'dead';
  readonly rows: number;
  /** Age of the oldest waiting row since it was accepted or replayed, 0 when none waits; null for dead rows. */
  readonly oldestSeconds: number | null;
}

/** Most rows that die in one statement, and in one call, so that a call takes a few seconds at most. */
const DEAD_PER_STATEMENT = 1_000;
export const MAX_DEAD_PER_CALL = 10_000;
/** Integrations that one statement examines. */
const INTEGRATIONS_PER_STATEMENT = 500;
/** Rows that one statement counts. */
const COUNTED_PER_STATEMENT = 25_000;

interface EndedBatch {
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

/** The waiting rows of the sinks of a process. */
export class WaitingRows {
  constructor(
    private readonly db: Database,
    private readonly sinks: readonly string[],
  ) {}

  /** Marks rows as dead that are too old. Returns how many; MAX_DEAD_PER_CALL or more when there may be others. */
  expire({ maxAgeSeconds, maxParkedSeconds }: WaitingAges): Promise<number> {
    return this.endAll((from) =>
      this.db.query(expireSql, [
        this.sinks,
        maxAgeSeconds,
        maxParkedSeconds,
        DEAD_PER_STATEMENT,
        from,
        INTEGRATIONS_PER_STATEMENT,
      ]),
    );
  }

  /** Marks rows of deleted integrations as dead, and deletes the state of these integrations. Returns how many rows died. */
  async endOrphans(): Promise<number> {
    await this.db.query(deleteOrphanStateSql);
    return this.endAll((from) =>
      this.db.query(orphansSql, [this.sinks, DEAD_PER_STATEMENT, from, INTEGRATIONS_PER_STATEMENT]),
    );
  }

  /** Goes through the integrations in batches. A batch with as many deaths as one statement allows is repeated. */
  private async endAll(end: (from: string) => Promise<EndedBatch[]>): Promise<number> {
    let rows = 0;
    for (let from = ''; rows < MAX_DEAD_PER_CALL; ) {
      const [done] = await end(from);
      if (done === undefined || done.last === null) break;
      rows += done.died;
      if (done.died < DEAD_PER_STATEMENT) from = done.last;
    }
    return rows;
  }

  /** Counts waiting and dead rows by sink, slice by slice. (Finished rows are counted when they finish.) */
  async rowCounts(): Promise<RowCount[]> {
    const known = new Map(
      this.sinks.map((sink) => [sink, { sink, state: 'waiting' as const, rows: 0, oldestSeconds: 0 }]),
    );
    let from: Pick<Slice, 'integrationId' | 'orderingKey' | 'id'> = {
      integrationId: '',
      orderingKey: '',
      id: 0,
    };
    for (let counted = COUNTED_PER_STATEMENT; counted === COUNTED_PER_STATEMENT; ) {
      const slices = await this.db.query<Slice>(countWaitingSql, [
        from.integrationId,
        from.orderingKey,
        from.id,
        COUNTED_PER_STATEMENT,
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
