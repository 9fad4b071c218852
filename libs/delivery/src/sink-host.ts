// The life of the sinks of a process: their consumers feed the runtime. A stop ends the consumers before the runtime.
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { type Logger, topicsToRead } from '@switchboard/contracts';
import type { AllowList, HttpClient } from '@switchboard/egress';
import { KafkaConsumer, type Progress } from '@switchboard/kafka';
import { IntegrationStates, OperationRelay } from '@switchboard/ledger';
import type { SecretBox } from '@switchboard/postgres';
import { type Condition, kafkaObserver, type Platform } from '@switchboard/service';
import type { Sink } from '@switchboard/sink';
import { outgoingHttp } from './outgoing-http.ts';
import { type Repeating, repeat, troublesOf } from './repeat.ts';
import { SinkRuntime } from './runtime.ts';
import { measureWaitingOperations, SinkMetrics } from './sink-metrics.ts';
import { timing as defaultTiming, type Timing } from './timing.ts';

/**
 * The time for a stop: the longest call (15 s) can end and be recorded. Draining consumers is quick and gets little of
 * it.
 */
const STOP_MS = 19_000;
const DRAIN_MS = 2_000;
/** How long the start waits for a Postgres that does not answer. */
const SETTLE_MS = 5_000;
/** How often operational events are published. */
const RELAY_MS = 1_000;

/** What a host is configured with. */
export interface Hosting {
  readonly box: SecretBox;
  /** Addresses that sinks may call beside public ones. */
  readonly allow: AllowList;
  readonly onFatal: (error: Error) => void;
  readonly timing?: Partial<Timing> | undefined;
}

/** Hosts sinks. Each sink has its own consumer group, so that a slow or rebalanced one does not hold up the others. */
export class SinkHost implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly http: HttpClient;
  private readonly runtime: SinkRuntime;
  /** By the name of their consumer group. */
  private readonly consumers: ReadonlyMap<string, KafkaConsumer>;
  private readonly relay: OperationRelay;
  private readonly logger: Logger;
  private readonly loopTroubleMs: number;
  private relaying: Repeating | undefined;

  constructor(platform: Platform, sinks: readonly Sink[], { box, allow, onFatal, timing = {} }: Hosting) {
    const { kafka, producer, database, logger, metrics } = platform;
    this.logger = logger;
    this.loopTroubleMs = timing.loopTroubleMs ?? defaultTiming.loopTroubleMs;
    this.relay = new OperationRelay({ db: database, producer, logger });
    measureWaitingOperations(metrics, () => this.relay.waiting());
    const integrations = new IntegrationStates(database);
    const names = sinks.map(({ name }) => name);
    const sinkMetrics = new SinkMetrics(metrics, {
      rowCounts: () => this.runtime.waiting.rowCounts(),
      statusCounts: () => integrations.statusCounts(names),
    });
    this.http = outgoingHttp(allow, { observe: metrics.observeCall });
    this.runtime = new SinkRuntime({
      sinks,
      db: database,
      box,
      http: this.http,
      logger,
      observer: sinkMetrics,
      timing,
    });
    const observer = kafkaObserver(metrics);
    const consumerOf = (sink: Sink): [string, KafkaConsumer] => {
      const name = `sink-${sink.name}`;
      const intake = this.runtime.intakeOf(sink.name);
      const read = topicsToRead(sink.accepts.map(({ type }) => type));
      const onAssigned = () => this.runtime.assigned();
      const options = { settings: kafka, group: name, stage: name, producer, observer, onFatal, onAssigned };
      const consumer = new KafkaConsumer(
        options,
        read.map((topic) => ({ kind: 'records', topic, handle: (records) => intake.take(records) })),
      );
      return [name, consumer];
    };
    this.consumers = new Map(sinks.map(consumerOf));
  }

  async onApplicationBootstrap(): Promise<void> {
    this.runtime.start();
    const reports = { logger: this.logger, troubleMs: this.loopTroubleMs };
    this.relaying = repeat('operations', RELAY_MS, () => this.relay.turn(), reports);
    // Events taken in before this process owns integrations cost twice: they are written unclaimed and claimed later.
    const late = new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS).unref());
    await Promise.race([this.runtime.settled, late]);
    for (const consumer of this.consumers.values()) consumer.start();
  }

  /**
   * What an operator should know: integrations of this process that reject many events in a row, secrets without a key, and
   * loops that fail although deliveries go out.
   */
  condition(): Condition {
    const rejecting = this.runtime.rejecting();
    const { keyUnknown, trouble } = this.encryption();
    const relaying = this.relaying === undefined ? [] : [this.relaying];
    const failing = [...this.runtime.failingLoops().others, ...troublesOf(relaying)];
    return {
      degraded: rejecting > 0 || keyUnknown > 0 || failing.length > 0,
      details: {
        integrations_rejecting: rejecting,
        ...(keyUnknown > 0 ? { encryption_key: trouble } : {}),
        ...(failing.length > 0 ? { failing_loops: failing.join('; ') } : {}),
      },
    };
  }

  /** Throws when a consumer has stopped working, and only a restart can help. */
  checkLive(): void {
    for (const [group, consumer] of this.consumers) {
      const { alive, reason } = consumer.liveness();
      if (!alive) throw new Error(`${group}: ${reason}`);
    }
  }

  /**
   * Whether every sink takes events in, the secrets of some integration can be decrypted where any has secrets, and the
   * loops that deliver work.
   */
  progress(): Progress {
    for (const [group, consumer] of this.consumers) {
      const { good, reason } = consumer.progress();
      if (!good) return { good, reason: `${group}: ${reason}` };
    }
    const { total, keyUnknown, trouble } = this.encryption();
    if (total > 0 && keyUnknown === total) return { good: false, reason: trouble };
    const { needed } = this.runtime.failingLoops();
    if (needed.length > 0) return { good: false, reason: needed.join('; ') };
    return { good: true, reason: 'records are processed' };
  }

  private encryption(): { readonly total: number; readonly keyUnknown: number; readonly trouble: string } {
    const { total, keyUnknown } = this.runtime.secrets();
    const trouble =
      `ENCRYPTION_KEY lacks the key of the secrets of ${keyUnknown} of ${total} integrations, and their deliveries wait; ` +
      'add that key, or apply the integrations again';
    return { total, keyUnknown, trouble };
  }

  async onModuleDestroy(): Promise<void> {
    const until = performance.now() + STOP_MS;
    // Operational events that are stored from here on are published by the next process.
    const relayEnded = this.relaying?.stop();
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.drain(DRAIN_MS)));
    await this.runtime.stop(until - performance.now());
    await relayEnded;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }
}
