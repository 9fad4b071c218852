// A tenant's budget for the model. The highest possible cost is reserved before a call and settled after it. If the process
// dies in between, the reservation stays spent, so a tenant never spends more than its budget.
import type { Database } from '@switchboard/postgres';

/** Limits of a day and of a month in UTC; an absent one is no limit. Money in whole millionths of a US dollar. */
export interface Limits {
  readonly tokensPerDay?: number;
  readonly tokensPerMonth?: number;
  readonly microUsdPerDay?: number;
  readonly microUsdPerMonth?: number;
}

/** The cost of a call, in whole tokens and whole millionths of a US dollar. */
export interface Amount {
  readonly tokens: number;
  readonly microUsd: number;
}

/** The amount that is reserved for one call, and its periods. */
export interface Reservation extends Amount {
  readonly tenantId: string;
  /** `2026-11-28`. */
  readonly day: string;
  /** `2026-11`. */
  readonly month: string;
}

const KEEP_MONTHS = 13;
const BATCH = 1_000;

// Why this is atomic in READ COMMITTED: `for update` waits for other transactions that lock a row, and then reads the row's
// newest version (EvalPlanQual) and not the one in the snapshot. So `room` compares values that nobody can change before this
// transaction ends. The update starts from the snapshot too, and follows each row to its newest version, which is the locked
// one. Both rows are updated or none, because one condition decides for both. The month sorts before its days, so that all
// transactions lock in the same order and there is no deadlock.
const RESERVE = `
  with locked as (
    select period, tokens, micro_usd from model_spend
    where tenant_id = $1 and period in ($2, $3) order by period for update
  ), room as (
    select count(*) = 2 as open, coalesce(bool_and(
      (tokens + $4::bigint <= case period when $2 then $6::bigint else $8::bigint end) is not false and
      (micro_usd + $5::bigint <= case period when $2 then $7::bigint else $9::bigint end) is not false
    ), false) as fits from locked
  ), reserved as (
    update model_spend set tokens = tokens + $4::bigint, micro_usd = micro_usd + $5::bigint
    where tenant_id = $1 and period in ($2, $3) and (select open and fits from room)
    returning 1
  )
  select open, fits from room`;

/** A statement can lock only rows that its snapshot contains. So the first call of a period inserts the rows beforehand. */
const OPEN = `
  insert into model_spend (tenant_id, period)
  select $1, period from unnest(array[$2, $3]) as given(period) order by period
  on conflict (tenant_id, period) do nothing`;

// Adding needs no check. The rows are locked first to keep the same order of locks.
const ADD = `
  with locked as (
    select period from model_spend where tenant_id = $1 and period in ($2, $3) order by period for update
  )
  update model_spend s set tokens = s.tokens + $4::bigint, micro_usd = s.micro_usd + $5::bigint
  from locked where s.tenant_id = $1 and s.period = locked.period`;

const SPENT = `
  select period, tokens, micro_usd as "microUsd" from model_spend where tenant_id = $1 and period in ($2, $3)`;

const PURGE = `
  with old as (
    select tenant_id, period from model_spend where period < $1 order by period limit $2 for update skip locked
  ), gone as (
    delete from model_spend s using old where s.tenant_id = old.tenant_id and s.period = old.period returning 1
  )
  select count(*) as gone from gone`;

/** The budgets of all tenants. Every call throws the errors of Postgres. */
export class Budget {
  constructor(private readonly database: Database) {}

  /** Reserves an amount in the day and the month of `now`; undefined when it does not fit into one of them. */
  async reserve(
    tenantId: string,
    { tokens, microUsd }: Amount,
    limits: Limits,
    now: Date,
  ): Promise<Reservation | undefined> {
    const { day, month } = periodsOf(now);
    const { tokensPerDay, microUsdPerDay, tokensPerMonth, microUsdPerMonth } = limits;
    const most = [tokensPerDay, microUsdPerDay, tokensPerMonth, microUsdPerMonth];
    const params = [tenantId, day, month, tokens, microUsd, ...most];
    for (;;) {
      const [room] = await this.database.query<{ open: boolean; fits: boolean }>(RESERVE, params);
      if (room?.open) return room.fits ? { tenantId, day, month, tokens, microUsd } : undefined;
      await this.database.query(OPEN, [tenantId, day, month]);
    }
  }

  /**
   * Replaces a reservation by the actual cost; undefined means that nothing was spent. Call it once. When it throws, the
   * reservation may stay spent; do not settle it again.
   */
  async settle(reservation: Reservation, actual: Amount | undefined): Promise<void> {
    const { tenantId, day, month } = reservation;
    const tokens = (actual?.tokens ?? 0) - reservation.tokens;
    const microUsd = (actual?.microUsd ?? 0) - reservation.microUsd;
    if (tokens === 0 && microUsd === 0) return;
    await this.database.query(ADD, [tenantId, day, month, tokens, microUsd]);
  }

  /** The spending in the day and the month of `now`, including reservations. */
  async spent(tenantId: string, now: Date): Promise<{ day: Amount; month: Amount }> {
    const { day, month } = periodsOf(now);
    const rows = await this.database.query<Amount & { period: string }>(SPENT, [tenantId, day, month]);
    const of = (wanted: string): Amount => {
      const { tokens, microUsd } = rows.find(({ period }) => period === wanted) ?? { tokens: 0, microUsd: 0 };
      return { tokens, microUsd };
    };
    return { day: of(day), month: of(month) };
  }

  /**
   * Deletes all months but the last 13, and their days, in batches. Returns how many rows were deleted. Ends early when
   * `signal` is aborted.
   */
  async purge(now: Date, signal?: AbortSignal, batch = BATCH): Promise<number> {
    const oldest = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - KEEP_MONTHS, 1));
    let total = 0;
    for (;;) {
      const params = [periodsOf(oldest).month, batch];
      const [row] = await this.database.query<{ gone: number }>(PURGE, params);
      const gone = row?.gone ?? 0;
      total += gone;
      if (gone < batch || signal?.aborted) return total;
    }
  }
}

function periodsOf(now: Date): { day: string; month: string } {
  const day = now.toISOString().slice(0, 10);
  return { day, month: day.slice(0, 7) };
}
