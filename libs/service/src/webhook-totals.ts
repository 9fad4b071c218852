// Counts of webhooks in the last 24 hours, stored per minute in Postgres, so that they survive a restart and add up over
// replicas.
import type { Database } from '@switchboard/postgres';

/** Figures of the last 24 hours. */
export interface WebhookTotals {
  readonly accepted: number;
  /** Mean seconds from request to response; null without webhooks. */
  readonly averageSeconds: number | null;
  /** Share of rejected webhooks, 0 to 1; null without webhooks. */
  readonly errorRate: number | null;
}

/** Counts of one or more webhooks, to be added to the current minute. */
export interface WebhookTally {
  readonly accepted: number;
  readonly rejected: number;
  readonly seconds: number;
}

/** Adds a tally to the current minute. */
export async function addWebhookTally(database: Database, tally: WebhookTally): Promise<void> {
  await database.query(
    `insert into webhook_minute (minute, accepted, rejected, seconds)
     values (date_trunc('minute', now()), $1, $2, $3)
     on conflict (minute) do update set
       accepted = webhook_minute.accepted + excluded.accepted,
       rejected = webhook_minute.rejected + excluded.rejected,
       seconds = webhook_minute.seconds + excluded.seconds`,
    [tally.accepted, tally.rejected, tally.seconds],
  );
}

/** Deletes minutes that are older than the totals need. */
export async function dropOldTallies(database: Database): Promise<void> {
  await database.query(`delete from webhook_minute where minute < now() - interval '25 hours'`, []);
}

/** Reads the totals of the last 24 hours. */
export async function readWebhookTotals(database: Database): Promise<WebhookTotals> {
  const rows = await database.query<{ accepted: string; rejected: string; seconds: number }>(
    `select coalesce(sum(accepted), 0)::text as accepted, coalesce(sum(rejected), 0)::text as rejected,
            coalesce(sum(seconds), 0) as seconds
     from webhook_minute where minute > now() - interval '24 hours'`,
    [],
  );
  const accepted = Number(rows[0]?.accepted ?? 0);
  const rejected = Number(rows[0]?.rejected ?? 0);
  const all = accepted + rejected;
  return {
    accepted,
    averageSeconds: all === 0 ? null : (rows[0]?.seconds ?? 0) / all,
    errorRate: all === 0 ? null : rejected / all,
  };
}
