// The life of the sinks in a process: their consumers feed the runtime; a stop ends the consumers before the runtime.
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { type Logger, topicsToRead } from '@switchboard/contracts';
import type { AllowList, HttpClient } from '@switchboard/egress';
import { KafkaConsumer } from '@switchboard/kafka';
import { Relay, States } from '@switchboard/ledger';
import type { SecretBox } from '@switchboard/postgres';
import { kafkaObserver, type Platform } from '@switchboard/service';
import type { Sink } from '@switchboard/sink';
import { outgoingHttp } from './outgoing-http.ts';
import { type Repeating, repeat } from './repeat.ts';
import { SinkRuntime } from './runtime.ts';
import { SinkMetrics } from './sink-metrics.ts';
import { measureWaiting } from './waiting-metric.ts';

/** A stop's time: the longest call (15 s) may end and be recorded. Taking in is quick and gets little of it. */
const STOP_MS = 19_000;
const DRAIN_MS = 2_000;
/** How long the start waits for a Postgres that does not answer. */
const SETTLE_MS = 5_000;
const TELL_MS = 1_000;

/** What sinks are hosted with. */
export interface Hosting {
  readonly box: SecretBox;
  /** What may be called beside public addresses. */
  readonly allow: AllowList;
  readonly onFatal: (error: Error) => void;
}

/** Hosts sinks. Each is a consumer group of its own, so that a slow or moved one holds up no other. */
export class SinkHost implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly http: HttpClient;
  private readonly runtime: SinkRuntime;
  private readonly consumers: readonly KafkaConsumer[];
  private readonly relay: Relay;
  private readonly logger: Logger;
  private telling: Repeating | undefined;

  constructor(platform: Platform, sinks: readonly Sink[], { box, allow, onFatal }: Hosting) {
    const { kafka, producer, database, logger, metrics } = platform;
    this.logger = logger;
    this.relay = new Relay({ db: database, producer, logger });
    measureWaiting(metrics, () => this.relay.waiting());
    const integrations = new States(database);
    const names = sinks.map(({ name }) => name);
    const sinkMetrics = new SinkMetrics(metrics, {
      states: () => this.runtime.waiting.states(),
      standings: () => integrations.standings(names),
    });
    this.http = outgoingHttp(allow, { observe: metrics.observeCall });
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
      const read = topicsToRead(sink.accepts.map(({ type }) => type));
      const onAssigned = () => this.runtime.assigned();
      const options = { settings: kafka, group: name, stage: name, producer, observer, onFatal, onAssigned };
      return new KafkaConsumer(
        options,
        read.map((topic) => ({ kind: 'records', topic, handle: (records) => intake.take(records) })),
      );
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.runtime.start();
    this.telling = repeat('operations', TELL_MS, () => this.relay.turn(), this.logger);
    // What comes before this process owns anything costs twice: it waits in the ledger until it does.
    const late = new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS).unref());
    await Promise.race([this.runtime.settled, late]);
    for (const consumer of this.consumers) consumer.start();
  }

  /** What an operator should know: integrations of this process that reject everything. */
  condition(): { readonly degraded: boolean; readonly details: { readonly integrations_rejecting: number } } {
    const rejecting = this.runtime.rejecting();
    return { degraded: rejecting > 0, details: { integrations_rejecting: rejecting } };
  }

  /** Throws when a consumer has stopped turning. */
  checkLive(): void {
    const silent = this.consumers.map((consumer) => consumer.liveness()).find(({ alive }) => !alive);
    if (silent) throw new Error(silent.reason);
  }

  async onModuleDestroy(): Promise<void> {
    const until = performance.now() + STOP_MS;
    // What is written down from here on is told by whoever is next.
    const told = this.telling?.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.drain(DRAIN_MS)));
    await this.runtime.stop(until - performance.now());
    await told;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }
}
