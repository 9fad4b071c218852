// A consumer as a service knows it: handlers in, and questions whether it lives and whether it has ended well.
import { type Topic, topicName } from '@switchboard/contracts';
import { HandlerSetupError } from '../errors.ts';
import type { KafkaProducer } from '../producer/producer.ts';
import type { KafkaSettings } from '../records.ts';
import { within } from '../wait.ts';
import { Attempts } from './attempts.ts';
import { Member } from './member.ts';
import { type ConsumerObserver, unobserved } from './observer.ts';
import { type Handler, type Work, workFor } from './work.ts';

export interface ConsumerOptions {
  readonly settings: KafkaSettings;
  /** Without the prefix. */
  readonly group: string;
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  /** Writes the dead letters. */
  readonly producer: KafkaProducer;
  /** The consumer has stopped for good: the process should end with an error, to be started anew. */
  readonly onFatal: (error: Error) => void;
  readonly observer?: ConsumerObserver;
  /** Told when partitions have come to this member, before any record of theirs. */
  readonly onAssigned?: () => void;
  /** How long the broker may hold records back until there are more; default 0. */
  readonly collectMs?: number;
  /** Failures of a record, at least, before others can prove that it is at fault; default 3. */
  readonly maxAttempts?: number;
}

export interface Liveness {
  readonly alive: boolean;
  readonly reason: string;
}

/** Whether records get through. */
export interface Progress {
  readonly good: boolean;
  readonly reason: string;
}

const SILENT_MS = 90_000;
/** A handler call this long means that the process hangs. */
const HANGS_MS = 180_000;
const LAG_MS = 1000;
/** A partition that waits for infrastructure for so long makes the service not ready. */
const TROUBLE_MS = 10_000;
/** Records are here and none was finished, or a broker has not answered, for so long. */
const STALLED_MS = 60_000;
/** So many crashes in a row with nothing read in between: another process may do better, and people must see it. */
const CRASHES = 5;

/** Reads topics as one member of a group and hands their records to handlers, until it is drained. */
export class KafkaConsumer {
  readonly #options: ConsumerOptions;
  readonly #observer: ConsumerObserver;
  readonly #attempts: Attempts;
  readonly #works: ReadonlyMap<Topic, Work>;
  readonly #member: Member;
  #timers: (() => void)[] = [];
  #drained: Promise<boolean> | undefined;
  #fatal: Error | undefined;
  /** Since when there has been something to do, without a break. */
  #busySince: number | undefined;

  constructor(options: ConsumerOptions, handlers: readonly Handler[]) {
    const {
      settings,
      observer = unobserved,
      group,
      stage,
      producer,
      maxAttempts = 3,
      collectMs = 0,
    } = options;
    this.#options = options;
    this.#observer = observer;
    checkHandlers(group, handlers);
    this.#attempts = new Attempts({ stage, group, maxAttempts, producer, observer, logger: settings.logger });
    const onFatal = (error: Error): void => this.#fail(error);
    const onProgress: Member['progressed'] = (lane) => this.#member.progressed(lane);
    this.#works = new Map(
      handlers.map((handler) => [
        handler.topic,
        workFor(handler, { attempts: this.#attempts, observer, onProgress, onFatal }),
      ]),
    );
    this.#member = new Member({
      settings,
      group,
      observer,
      collectMs,
      topics: new Map(handlers.map(({ topic }) => [topicName(topic, settings.topicPrefix), topic])),
      onRecords: (lane) => this.#works.get(lane.topic)?.wake(lane),
      onFatal,
      ...(options.onAssigned === undefined ? {} : { onAssigned: options.onAssigned }),
    });
  }

  /** Begins to read. Kafka may be away: it is tried until it answers. */
  start(): void {
    const lag = setInterval(() => this.#look(), LAG_MS);
    this.#timers = [this.#member.commits.start(), () => clearInterval(lag)];
    this.#member.start();
  }

  /**
   * Stops in order: takes no more, lets running handlers end, commits, leaves the group. True when all of it happened
   * within `deadlineMs`; what was not committed is read again by the next owner.
   */
  drain(deadlineMs = 25_000): Promise<boolean> {
    this.#drained ??= this.#drain(performance.now() + deadlineMs);
    return this.#drained;
  }

  /** Whether this process still turns. A broker that is away does not count: starting anew would not bring it back. */
  liveness(): Liveness {
    const silentMs = Math.round(performance.now() - this.#member.turnedAt);
    const callMs = Math.round(this.#attempts.longestCallMs);
    if (this.#fatal) return { alive: false, reason: `the consumer stopped for good: ${this.#fatal.message}` };
    if (this.#member.crashes >= CRASHES) {
      const reason = `the Kafka client has crashed ${this.#member.crashes} times with nothing read in between`;
      return { alive: false, reason };
    }
    if (callMs > HANGS_MS) return { alive: false, reason: `a handler has been running for ${callMs} ms` };
    if (silentMs > SILENT_MS && !this.#drained) {
      return { alive: false, reason: `the consumer has not turned for ${silentMs} ms` };
    }
    return { alive: true, reason: 'the consumer turns' };
  }

  /**
   * Whether records get through; not good while a partition waits for infrastructure, or when for a minute nothing was
   * finished or a broker has not answered.
   */
  progress(): Progress {
    const now = performance.now();
    const { trouble, progressedAt } = this.#attempts;
    if (trouble !== undefined && now - trouble.since > TROUBLE_MS) {
      const seconds = Math.round((now - trouble.since) / 1000);
      return { good: false, reason: `a partition has been waiting for ${seconds} s: ${trouble.code}` };
    }
    if (this.#member.crashes > 1) {
      const reason = `the Kafka client has crashed ${this.#member.crashes} times with nothing read in between`;
      return { good: false, reason };
    }
    const since = Math.max(progressedAt, this.#busySince ?? now);
    if (now - since > STALLED_MS) {
      const seconds = Math.round((now - since) / 1000);
      return { good: false, reason: `no record was finished for ${seconds} s although some wait` };
    }
    const { silent } = this.#member.fetches;
    if (silent !== undefined && now - silent.since > STALLED_MS) {
      const seconds = Math.round((now - silent.since) / 1000);
      return { good: false, reason: `broker ${silent.broker} has answered no fetch for ${seconds} s` };
    }
    return { good: true, reason: 'records get through' };
  }

  async #drain(until: number): Promise<boolean> {
    const left = (): number => until - performance.now();
    this.#member.halt();
    const idle = await within(left(), this.#member.lanes.idle());
    for (const stop of this.#timers) stop();
    // Before leaving: a consumer that is stopping commits nothing and says nothing of it.
    const committed = await this.#member.commits.all(left());
    const hasLeft = await within(Math.max(1000, left()), this.#member.leave());
    return idle && committed && hasLeft;
  }

  #look(): void {
    let waiting = 0;
    for (const lane of this.#member.lanes.all()) {
      waiting += lane.load.records;
      const lag = lane.newLag();
      if (lag !== undefined) this.#observer.lag(lane.topic.name, lane.partition, lag);
    }
    if (waiting === 0) this.#busySince = undefined;
    else this.#busySince ??= performance.now();
    this.#member.look();
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
    throw new HandlerSetupError(`reading ${twice} as group ${group}: two handlers want it; leave one`);
  }
}
