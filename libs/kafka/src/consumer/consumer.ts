// The consumer as services use it: it gets handlers, answers health checks, and drains.
import { type Topic, topicName } from '@switchboard/contracts';
import { HandlerSetupError } from '../errors.ts';
import type { KafkaProducer } from '../producer/producer.ts';
import type { KafkaSettings } from '../records.ts';
import { within } from '../wait.ts';
import { GroupMember } from './group-member.ts';
import type { Handler } from './handler.ts';
import { createHandlerDispatcher, type HandlerDispatcher } from './handler-dispatcher.ts';
import { type ConsumerObserver, noObserver } from './observer.ts';
import { RecordProcessor } from './record-processor.ts';

export interface ConsumerOptions {
  readonly settings: KafkaSettings;
  /** Without the prefix. */
  readonly group: string;
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  /** Writes the dead letters. */
  readonly producer: KafkaProducer;
  /** The consumer has stopped for good: the process should exit with an error and be restarted. */
  readonly onFatal: (error: Error) => void;
  readonly observer?: ConsumerObserver;
  /** Partitions were assigned to this member; called before any of their records. */
  readonly onAssigned?: () => void;
  /** How long the broker may wait for more records before it answers a fetch; default 0. */
  readonly collectMs?: number;
  /** How often, at least, a record must have failed before it can be proven to be at fault; default 3. */
  readonly maxAttempts?: number;
}

export interface Liveness {
  readonly alive: boolean;
  readonly reason: string;
}

/** Whether records are processed. */
export interface Progress {
  readonly good: boolean;
  readonly reason: string;
}

/** Without a sign of life of kafkajs for so long the process is not alive. */
const SILENT_MS = 90_000;
/** A handler call of this length means that the process hangs. */
const HANGING_CALL_MS = 180_000;
const LAG_INTERVAL_MS = 1000;
/** A partition that is paused for so long makes the service not ready. */
const PAUSED_MS = 10_000;
/** So does a time of this length in which records wait and none is finished, or a broker does not answer. */
const STALLED_MS = 60_000;
/** After so many crashes in a row the process is not alive: another one may do better, and people must see it. */
const MAX_CRASHES = 5;

/** Reads topics as one member of a group and hands their records to handlers, until it is drained. */
export class KafkaConsumer {
  readonly #options: ConsumerOptions;
  readonly #observer: ConsumerObserver;
  readonly #processor: RecordProcessor;
  readonly #dispatchers: ReadonlyMap<Topic, HandlerDispatcher>;
  readonly #member: GroupMember;
  #timers: (() => void)[] = [];
  #drained: Promise<boolean> | undefined;
  #fatal: Error | undefined;
  /** Since when records have been waiting, without a break. */
  #busySince: number | undefined;

  constructor(options: ConsumerOptions, handlers: readonly Handler[]) {
    const {
      settings,
      observer = noObserver,
      group,
      stage,
      producer,
      maxAttempts = 3,
      collectMs = 0,
    } = options;
    this.#options = options;
    this.#observer = observer;
    checkHandlers(group, handlers);
    this.#processor = new RecordProcessor({
      stage,
      group,
      maxAttempts,
      producer,
      observer,
      logger: settings.logger,
    });
    const onFatal = (error: Error): void => this.#fail(error);
    const onProgress: GroupMember['progressed'] = (buffer) => this.#member.progressed(buffer);
    this.#dispatchers = new Map(
      handlers.map((handler) => [
        handler.topic,
        createHandlerDispatcher(handler, { processor: this.#processor, observer, onProgress, onFatal }),
      ]),
    );
    this.#member = new GroupMember({
      settings,
      group,
      observer,
      collectMs,
      topics: new Map(handlers.map(({ topic }) => [topicName(topic, settings.topicPrefix), topic])),
      onRecords: (buffer) => this.#dispatchers.get(buffer.topic)?.wake(buffer),
      onFatal,
      ...(options.onAssigned === undefined ? {} : { onAssigned: options.onAssigned }),
    });
  }

  /** Begins to read. While Kafka is away it retries until Kafka answers. */
  start(): void {
    const lag = setInterval(() => this.#observeLag(), LAG_INTERVAL_MS);
    this.#timers = [this.#member.commits.start(), () => clearInterval(lag)];
    this.#member.start();
  }

  /**
   * Stops in order: takes no more records, waits for running handlers, commits, leaves the group. True when all of that
   * happened within `deadlineMs`; the next owner reads again what was not committed.
   */
  drain(deadlineMs = 25_000): Promise<boolean> {
    this.#drained ??= this.#drain(performance.now() + deadlineMs);
    return this.#drained;
  }

  /** Whether this process still works. A broker that is away does not count: a restart would not bring it back. */
  liveness(): Liveness {
    const silentMs = Math.round(performance.now() - this.#member.activeAt);
    const callMs = Math.round(this.#processor.longestCallMs);
    if (this.#fatal) return { alive: false, reason: `the consumer stopped for good: ${this.#fatal.message}` };
    if (this.#member.crashes >= MAX_CRASHES) {
      const reason = `the Kafka client has crashed ${this.#member.crashes} times with nothing read in between`;
      return { alive: false, reason };
    }
    if (callMs > HANGING_CALL_MS)
      return { alive: false, reason: `a handler has been running for ${callMs} ms` };
    if (silentMs > SILENT_MS && !this.#drained) {
      return { alive: false, reason: `the consumer has shown no sign of life for ${silentMs} ms` };
    }
    return { alive: true, reason: 'the consumer is running' };
  }

  /**
   * Whether records are processed. Not good while a partition is paused, or when for a minute no record was finished, a
   * broker has not answered, or the consumer was not a member of its group.
   */
  progress(): Progress {
    const now = performance.now();
    const { longestPause, progressedAt } = this.#processor;
    if (longestPause !== undefined && now - longestPause.since > PAUSED_MS) {
      const { topic, partition, code } = longestPause;
      const seconds = Math.round((now - longestPause.since) / 1000);
      const reason = `partition ${partition} of ${topic} has been paused for ${seconds} s: ${code}`;
      return { good: false, reason };
    }
    if (this.#member.crashes > 1) {
      const reason = `the Kafka client has crashed ${this.#member.crashes} times with nothing read in between`;
      return { good: false, reason };
    }
    const { outside } = this.#member;
    if (outside !== undefined && now - outside.since > STALLED_MS) {
      const seconds = Math.round((now - outside.since) / 1000);
      const why = outside.reason === undefined ? '' : `: ${outside.reason}`;
      const reason = `the consumer has not been a member of its group ${this.#options.group} for ${seconds} s${why}`;
      return { good: false, reason };
    }
    const since = Math.max(progressedAt, this.#busySince ?? now);
    if (now - since > STALLED_MS) {
      const seconds = Math.round((now - since) / 1000);
      return { good: false, reason: `no record was finished for ${seconds} s although records are waiting` };
    }
    const unanswered = this.#member.fetches.longest;
    if (unanswered !== undefined && now - unanswered.since > STALLED_MS) {
      const seconds = Math.round((now - unanswered.since) / 1000);
      return { good: false, reason: `broker ${unanswered.broker} has answered no fetch for ${seconds} s` };
    }
    return { good: true, reason: 'records are processed' };
  }

  async #drain(until: number): Promise<boolean> {
    const left = (): number => until - performance.now();
    this.#member.halt();
    const idle = await within(left(), this.#member.partitions.idle());
    for (const stop of this.#timers) stop();
    // Commit before leaving: a consumer that is stopping ignores commits without an error.
    const committed = await this.#member.commits.commitAll(left());
    const hasLeft = await within(Math.max(1000, left()), this.#member.leave());
    return idle && committed && hasLeft;
  }

  #observeLag(): void {
    let waiting = 0;
    for (const buffer of this.#member.partitions.all()) {
      waiting += buffer.load.records;
      const lag = buffer.changedLag();
      if (lag !== undefined) this.#observer.lag(buffer.topic.name, buffer.partition, lag);
    }
    if (waiting === 0) this.#busySince = undefined;
    else this.#busySince ??= performance.now();
    this.#member.checkStable();
  }

  #fail(error: Error): void {
    if (this.#fatal) return;
    this.#fatal = error;
    const fields = { group: this.#options.group, error_name: error.name, error_message: error.message };
    this.#options.settings.logger.error(fields, 'The consumer has stopped for good.');
    this.#options.onFatal(error);
  }
}

function checkHandlers(group: string, handlers: readonly Handler[]): void {
  if (handlers.length === 0) {
    throw new HandlerSetupError(
      `reading as group ${group}: there is no handler; add @OnRecords or @OnRecord`,
    );
  }
  const names = handlers.map(({ topic }) => topic.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new HandlerSetupError(`reading ${twice} as group ${group}: it has two handlers; remove one`);
  }
}
