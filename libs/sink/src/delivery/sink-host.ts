// The life of the sinks in a process: their consumers feed the runtime; a stop ends the consumers before the runtime.
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { narrowestTopic } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { KafkaConsumer } from '@switchboard/kafka';
import type { SecretBox } from '@switchboard/postgres';
import { kafkaObserver, type Platform } from '@switchboard/service';
import type { Sink } from '../author/define-sink.ts';
import { SinkMetrics } from './sink-metrics.ts';
import { SinkRuntime } from './runtime.ts';

/** A stop's time: the longest call (15 s) may end and be recorded. Taking in is quick and gets little of it. */
const STOP_MS = 19_000;
const DRAIN_MS = 2_000;

/** Hosts sinks. Each is a consumer group of its own, so that a slow or moved one holds up no other. */
export class SinkHost implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly http: HttpClient;
  private readonly runtime: SinkRuntime;
  private readonly consumers: readonly KafkaConsumer[];

  constructor(platform: Platform, box: SecretBox, sinks: readonly Sink[], onFatal: (error: Error) => void) {
    const { kafka, producer, database, logger, metrics } = platform;
    const sinkMetrics = new SinkMetrics(metrics, () => this.runtime.ledger.states());
    this.http = new HttpClient({ observe: metrics.observeCall });
    this.runtime = new SinkRuntime({
      sinks,
      db: database,
      box,
      http: this.http,
      logger,
      observer: sinkMetrics,
    });
    const observer = kafkaObserver(metrics);
    this.consumers = sinks.map((sink) => {
      const name = `sink-${sink.name}`;
      const intake = this.runtime.intakeOf(sink.name);
      const topic = narrowestTopic(sink.accepts.map(({ type }) => type));
      const onAssigned = () => this.runtime.assigned();
      const options = { settings: kafka, group: name, stage: name, producer, observer, onFatal, onAssigned };
      return new KafkaConsumer(options, [
        { kind: 'records', topic, handle: (records) => intake.take(records) },
      ]);
    });
  }

  onApplicationBootstrap(): void {
    this.runtime.start();
    for (const consumer of this.consumers) consumer.start();
  }

  /** Throws when a consumer has stopped turning. */
  checkLive(): void {
    const silent = this.consumers.map((consumer) => consumer.liveness()).find(({ alive }) => !alive);
    if (silent) throw new Error(silent.reason);
  }

  async onModuleDestroy(): Promise<void> {
    const until = performance.now() + STOP_MS;
    await Promise.all(this.consumers.map((consumer) => consumer.drain(DRAIN_MS)));
    await this.runtime.stop(until - performance.now());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }
}
