// How long the oldest event has waited in the spool: more than a moment means that Kafka is away, or that nothing drains it.
import type { Database } from '@switchboard/postgres';
import type { Metrics } from '@switchboard/service';

/** Adds the metric. While Postgres is away it stays as it was. */
export function measureSpool(metrics: Metrics, database: Database): void {
  const oldest = metrics.gauge(
    'switchboard_spool_oldest_seconds',
    'Since the oldest event that waits in the spool was accepted; 0 when none does; the same in every replica',
    [],
    async () => {
      const rows = database.query<{ seconds: number }>(
        'select extract(epoch from now() - accepted_at)::float8 as seconds from spool order by id limit 1',
      );
      await rows.then(
        ([row]) => oldest.set(Math.max(0, row?.seconds ?? 0)),
        () => undefined,
      );
    },
  );
}
