// How many operations wait to be told: more than a few means that Kafka is away, or that nobody tells them.
import type { Metrics } from '@switchboard/service';

/** Counting costs Postgres something; scrapes within this time see the same figure. */
const COUNTED_MS = 10_000;

/** Adds the metric. While Postgres is away it stays as it was. */
export function measureWaiting(metrics: Metrics, count: () => Promise<number>): void {
  let countedAt = Number.NEGATIVE_INFINITY;
  const waiting = metrics.gauge(
    'switchboard_operations_waiting',
    'What happened to integrations and is not on its topic yet; the same in every process',
    [],
    async () => {
      if (performance.now() - countedAt < COUNTED_MS) return;
      countedAt = performance.now();
      await count().then(
        (rows) => waiting.set(rows),
        () => undefined,
      );
    },
  );
}
