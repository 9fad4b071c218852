// The age of the oldest event in the spool. A high age means that Kafka is away, or that nothing drains the spool.
import type { Database } from '@switchboard/postgres';
import type { Metrics } from '@switchboard/service';

/** Adds the metric. While Postgres is away it keeps its last value. */
export function measureSpool(metrics: Metrics, database: Database): void {
  const oldest = metrics.gauge(
    'switchboard_spool_oldest_seconds',
    'Age of the oldest event in the spool; 0 when it is empty; the same in every replica',
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
