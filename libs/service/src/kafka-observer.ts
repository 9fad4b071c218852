// Turns the reports of the Kafka library into metrics.
import { typeLabel } from '@switchboard/contracts';
import type { ConsumerObserver, Progress } from '@switchboard/kafka';
import type { Metrics } from './metrics.ts';

/** An observer that counts into `metrics`. */
export function kafkaObserver(metrics: Metrics): ConsumerObserver {
  // Finding a series by its labels costs more than observing it.
  const processing = new Map<string, { observe(seconds: number): void }>();
  return {
    batch: (topic, records) => metrics.batchRecords.observe({ topic }, records),
    lag: (topic, partition, records) => {
      if (records === undefined) metrics.consumerLag.remove({ topic, partition });
      else metrics.consumerLag.set({ topic, partition }, records);
    },
    processed: (_topic, type, seconds) => {
      if (type === undefined) return;
      const label = typeLabel(type);
      const series = processing.get(label) ?? metrics.processing.labels({ event_type: label });
      processing.set(label, series);
      series.observe(seconds);
    },
    deadLettered: (stage, code) => metrics.deadLetters.inc({ stage, code }),
    consumerEvent: (event) => metrics.consumerEvents.inc({ event }),
    paused: (code) => metrics.pauses.inc({ code }),
    lost: (topic, records) => metrics.lostRecords.inc({ topic }, records),
    crashing: (crashes) => metrics.crashing.set(crashes),
  };
}

/** Adds a gauge that is 1 while the consumer makes no progress, as health reports it. It is computed at each scrape. */
export function watchProgress(metrics: Metrics, progress: () => Progress): void {
  const stalled = metrics.gauge(
    'switchboard_consumer_stalled',
    '1 while records are not processed: a partition is paused, no record is finished, a broker answers no fetch, or a loop that delivers fails; else 0',
    [],
    async () => stalled.set(progress().good ? 0 : 1),
  );
}
