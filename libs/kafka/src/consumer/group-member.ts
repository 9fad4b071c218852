// One member of a consumer group: it joins, commits, rejoins and leaves. kafkajs fetches, sends heartbeats and rebalances.
// What it fetches goes into partition buffers at once, so that a slow handler never delays the heartbeats.
import type { Topic } from '@switchboard/contracts';
import type { Consumer } from 'kafkajs';
import { isPermanentRefusal, isProgrammingError } from '../kafkajs-errors.ts';
import type { KafkaSettings } from '../records.ts';
import { backoff, wait } from '../wait.ts';
import { AssignedPartitions } from './assigned-partitions.ts';
import { FetchIntake } from './fetch-intake.ts';
import { createGroupConsumer } from './group-consumer.ts';
import type { ConsumerObserver } from './observer.ts';
import { OffsetCommitter } from './offset-committer.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import { UnansweredFetches } from './unanswered-fetches.ts';

export interface GroupMemberOptions {
  readonly settings: KafkaSettings;
  readonly group: string;
  /** By their names on the broker. */
  readonly topics: ReadonlyMap<string, Topic>;
  readonly observer: ConsumerObserver;
  /** How long the broker may wait for more records before it answers a fetch. */
  readonly collectMs: number;
  /** The buffer has records. */
  readonly onRecords: (buffer: PartitionBuffer) => void;
  /** Partitions were assigned to this member; called before any of their records. */
  readonly onAssigned?: () => void;
  /** The consumer has stopped for good. */
  readonly onFatal: (error: Error) => void;
}

/** A member that has stayed in its group for so long does not count as crashing any more. */
const STABLE_MS = 60_000;

/** A time in which the consumer is not a member of its group, and reads nothing. */
export interface Outside {
  /** By performance.now(). */
  readonly since: number;
  /** Why it could not join so far; absent when nothing has failed yet. */
  readonly reason?: string;
}

export class GroupMember {
  readonly partitions: AssignedPartitions;
  readonly commits: OffsetCommitter;
  readonly fetches = new UnansweredFetches();
  /** When kafkajs last gave a sign of life, by performance.now(). */
  activeAt = performance.now();
  readonly #options: GroupMemberOptions;
  readonly #consumer: Consumer;
  readonly #intake: FetchIntake;
  readonly #stop = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  /** How often kafkajs has ended since we were last in the group. */
  #ends = 0;
  #crashes = 0;
  #joinedAt: number | undefined;
  #outside: Outside | undefined = { since: performance.now() };

  constructor(options: GroupMemberOptions) {
    const { observer, settings, topics } = options;
    this.#options = options;
    this.#consumer = createGroupConsumer(options, this.#stop.signal);
    this.partitions = new AssignedPartitions(topics, ({ topic, partition }) =>
      observer.lag(topic.name, partition, undefined),
    );
    this.#intake = new FetchIntake({
      ...options,
      consumer: this.#consumer,
      partitions: this.partitions,
      onRecords: (buffer) => {
        this.#setCrashes(0);
        options.onRecords(buffer);
      },
    });
    this.commits = new OffsetCommitter(this.#consumer, this.partitions, settings.logger, () =>
      this.#rejoin(),
    );
    this.#listen();
  }

  /** Begins to read. While Kafka is away it retries until Kafka answers. */
  start(): void {
    this.#starting = this.#connect();
  }

  /** Stops fetching and giving out records, but stays a member. */
  halt(): void {
    this.#stop.abort();
    for (const buffer of this.partitions.all()) {
      buffer.stop();
      this.#intake.pause(buffer);
    }
  }

  /** How often in a row kafkajs has crashed out of the group, with nothing read in between. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Set from the start, a rebalance or a crash until the next join. */
  get outside(): Outside | undefined {
    return this.#outside;
  }

  /** To be called now and then: a member that stays in its group has recovered, even if there is nothing to read. */
  checkStable(): void {
    if (this.#joinedAt !== undefined && performance.now() - this.#joinedAt > STABLE_MS) this.#setCrashes(0);
  }

  #isOutside(reason = this.#outside?.reason): void {
    const since = this.#outside?.since ?? performance.now();
    this.#outside = reason === undefined ? { since } : { since, reason };
  }

  #setCrashes(crashes: number): void {
    if (crashes === this.#crashes) return;
    this.#crashes = crashes;
    this.#options.observer.crashing(crashes);
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#starting;
    await this.#consumer.disconnect();
  }

  /** Records of the buffer were finished: fetching may go on. */
  progressed(buffer: PartitionBuffer): void {
    this.#intake.progressed(buffer);
  }

  async #connect(): Promise<void> {
    const { logger } = this.#options.settings;
    const topics = [...this.#options.topics.keys()];
    for (let retry = 0; !this.#stop.signal.aborted; retry++) {
      try {
        await this.#consumer.connect();
        await this.#consumer.subscribe({ topics, fromBeginning: true });
        await this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: (payload) => this.#intake.take(payload),
        });
        return;
      } catch (error) {
        this.activeAt = performance.now();
        const { message } = error as Error;
        this.#isOutside(`subscribing to ${topics.join(', ')}: ${message}`);
        const fields = { topics, error_message: message };
        logger.warn(fields, 'Subscribing failed: Kafka does not answer or a topic is missing; retrying.');
        await wait(backoff(retry, 200, 5000), this.#stop.signal);
      }
    }
  }

  /**
   * kafkajs also ends for good when only the way to the broker is at fault: when a connection breaks while it asks for the
   * group's coordinator, when the coordinator is not elected yet, or when it asks a broker before it is connected to it.
   */
  #restart(): void {
    this.#ends += 1;
    const pause = wait(backoff(this.#ends, 200, 5000), this.#stop.signal);
    this.#starting = Promise.all([this.#starting, pause]).then(() => this.#connect());
  }

  /**
   * When a group's coordinator moves and joining the new one fails at first, kafkajs can stay a member at the new one while
   * it commits at the old one, for ever.
   */
  #rejoin(): void {
    if (this.#stop.signal.aborted) return;
    this.#options.observer.consumerEvent('rebalance');
    const { group, settings } = this.#options;
    settings.logger.warn({ group }, 'Commits are refused again and again; rejoining the group.');
    const again = this.#starting.then(async () => {
      await this.#consumer.stop();
      await this.#connect();
    });
    this.#starting = again.catch(this.#options.onFatal);
  }

  #listen(): void {
    const consumer = this.#consumer;
    const { events } = consumer;
    const { observer, onFatal } = this.#options;
    for (const name of Object.values(events)) {
      consumer.on(name, () => {
        this.activeAt = performance.now();
      });
    }
    consumer.on(events.FETCH_START, ({ payload }) => this.fetches.sent(payload.nodeId));
    consumer.on(events.FETCH, ({ payload }) => this.fetches.answered(payload.nodeId));
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#intake.joined = true;
      this.#ends = 0;
      this.#joinedAt = performance.now();
      this.#outside = undefined;
      const fresh = this.partitions.assign(payload.memberId, payload.memberAssignment);
      if (fresh.length > 0) this.#options.onAssigned?.();
      // kafkajs remembers a pause even after it lost the partition.
      for (const buffer of fresh) this.#intake.resume(buffer);
      if (this.#stop.signal.aborted) this.halt();
    });
    consumer.on(events.REBALANCING, () => {
      observer.consumerEvent('rebalance');
      this.#isOutside();
      // Is sent before the join request, so that the next owner of a partition repeats as little as possible.
      void this.commits.commit();
    });
    consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      this.partitions.get(payload.topic, payload.partition)?.skippedTo(Number(payload.lastOffset) + 1);
    });
    consumer.on(events.STOP, () => {
      this.#intake.joined = false;
      this.partitions.loseAll();
    });
    consumer.on(events.CRASH, ({ payload }) => {
      observer.consumerEvent('crash');
      this.#isOutside(payload.error.message);
      // A crash before a join means that Kafka is away, which another start of the process would not change.
      if (this.#joinedAt !== undefined) this.#setCrashes(this.#crashes + 1);
      this.#joinedAt = undefined;
      if (payload.restart || this.#stop.signal.aborted) return;
      if (!isProgrammingError(payload.error) && !isPermanentRefusal(payload.error)) this.#restart();
      else onFatal(payload.error);
    });
  }
}
