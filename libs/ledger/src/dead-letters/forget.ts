// Dead letters are kept for 90 days, as the ledger keeps its dead rows.
import type { Queryable } from '@switchboard/postgres';

const KEEP = '90 days';
const BATCH = 1_000;

const FORGET = `
  with gone as (
    delete from dead_letter where seq in (
      select seq from dead_letter where at < now() - $1::interval order by at limit $2 for update skip locked
    ) returning 1
  )
  select count(*) as gone from gone`;

/** Deletes what is old, a batch at a time; answers how many went. Ends early when `signal` is aborted. */
export async function forgetDeadLetters(db: Queryable, signal: AbortSignal, batch = BATCH): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await db.query<{ gone: number }>(FORGET, [KEEP, batch]);
    const gone = row?.gone ?? 0;
    total += gone;
    if (gone < batch || signal.aborted) return total;
  }
}
