// One member of a consumer group. kafkajs fetches, heartbeats and rebalances; what it fetches goes into lanes at once,
// so that a slow handler never keeps it from its heartbeats.
import type { Topic } from '@switchboard/contracts';
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import { isFinal, isMistake } from '../client.ts';
import { type KafkaSettings, ReadRecord } from '../records.ts';
import { backoff, wait } from '../wait.ts';
import { movedFrom } from '../wire/consumer-group.ts';
import { recordsOf } from '../wire/fetch.ts';
import { Commits } from './commits.ts';
import { Fetches } from './fetches.ts';
import { groupConsumer } from './group-consumer.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { ConsumerObserver } from './observer.ts';

export interface MemberOptions {
  readonly settings: KafkaSettings;
  readonly group: string;
  /** By their names on the broker. */
  readonly topics: ReadonlyMap<string, Topic>;
  readonly observer: ConsumerObserver;
  /** How long the broker may hold records back until there are more. */
  readonly collectMs: number;
  /** The lane has records. */
  readonly onRecords: (lane: Lane) => void;
  /** Partitions have come to this member, before any record of theirs. */
  readonly onAssigned?: () => void;
  /** The consumer has stopped for good. */
  readonly onFatal: (error: Error) => void;
}

// Shared among the owned partitions: what may wait in memory. One fetch comes on top of it.
const BUFFER_BYTES = 4 * 1024 * 1024;
const BUFFER_RECORDS = 12_000;
/** A member that stays for so long does not crash at once. */
const SETTLED_MS = 60_000;

export class Member {
  readonly lanes: Lanes;
  readonly commits: Commits;
  readonly fetches = new Fetches();
  /** When kafkajs last gave a sign of life, by performance.now(). */
  turnedAt = performance.now();
  readonly #options: MemberOptions;
  readonly #consumer: Consumer;
  readonly #stop = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #joined = false;
  /** Ends of kafkajs since we last were in the group. */
  #ends = 0;
  /** Crashes out of the group one after the other, with nothing read in between. */
  #crashes = 0;
  #joinedAt: number | undefined;

  constructor(options: MemberOptions) {
    const { observer, settings, topics } = options;
    this.#options = options;
    this.#consumer = groupConsumer(options, this.#stop.signal);
    this.lanes = new Lanes(topics, ({ topic, partition }) => observer.lag(topic.name, partition, undefined));
    this.commits = new Commits(this.#consumer, this.lanes, settings.logger, () => this.#joinAnew());
    this.#listen();
  }

  /** Begins to read. Kafka may be away: it is tried until it answers. */
  start(): void {
    this.#starting = this.#connect();
  }

  /** Fetches no more and gives out no more records, but stays a member. */
  halt(): void {
    this.#stop.abort();
    for (const lane of this.lanes.all()) {
      lane.stop();
      this.#pause(lane);
    }
  }

  /** How often kafkajs has crashed out of the group one time after the other, with nothing read in between. */
  get crashes(): number {
    return this.#crashes;
  }

  /** To be called now and then: a member that stays in its group crashes no more, though there may be nothing to read. */
  look(): void {
    if (this.#joinedAt !== undefined && performance.now() - this.#joinedAt > SETTLED_MS) this.#crashed(0);
  }

  #crashed(crashes: number): void {
    if (crashes === this.#crashes) return;
    this.#crashes = crashes;
    this.#options.observer.crashing(crashes);
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#starting;
    await this.#consumer.disconnect();
  }

  /** Records of the lane were finished: it may have room again. */
  progressed(lane: Lane): void {
    if (!lane.full || lane.stopped || this.#isOver(lane, 0.5)) return;
    lane.full = false;
    this.#resume(lane);
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
          eachBatch: (payload) => this.#take(payload),
        });
        return;
      } catch (error) {
        this.turnedAt = performance.now();
        const fields = { topics, error_message: (error as Error).message };
        logger.warn(fields, 'Kafka does not answer or lacks a topic; subscribing is tried again.');
        await wait(backoff(retry, 200, 5000), this.#stop.signal);
      }
    }
  }

  /**
   * kafkajs ends for good also when only the way to the broker is at fault: when a connection breaks while it asks for
   * the group's coordinator, when that one is not elected yet, or when it asks a broker before it is connected to it.
   */
  #startAgain(): void {
    this.#ends += 1;
    const pause = wait(backoff(this.#ends, 200, 5000), this.#stop.signal);
    this.#starting = Promise.all([this.#starting, pause]).then(() => this.#connect());
  }

  /**
   * When a group's coordinator moves and joining the new one fails at first, kafkajs can go on as a member there while it
   * commits at the old one, for ever.
   */
  #joinAnew(): void {
    if (this.#stop.signal.aborted) return;
    this.#options.observer.consumerEvent('rebalance');
    const { group, settings } = this.#options;
    settings.logger.warn({ group }, 'Commits are refused again and again; the group is joined anew.');
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
        this.turnedAt = performance.now();
      });
    }
    consumer.on(events.FETCH_START, ({ payload }) => this.fetches.asked(payload.nodeId));
    consumer.on(events.FETCH, ({ payload }) => this.fetches.answered(payload.nodeId));
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#joined = true;
      this.#ends = 0;
      this.#joinedAt = performance.now();
      // kafkajs remembers a pause beyond the loss of the partition.
      const gained = this.lanes.assign(payload.memberId, payload.memberAssignment);
      if (gained.length > 0) this.#options.onAssigned?.();
      for (const lane of gained) this.#resume(lane);
      if (this.#stop.signal.aborted) this.halt();
    });
    consumer.on(events.REBALANCING, () => {
      observer.consumerEvent('rebalance');
      // Goes out before the join request, so that the next owner of a partition repeats as little as possible.
      void this.commits.once();
    });
    consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      this.lanes.get(payload.topic, payload.partition)?.passed(Number(payload.lastOffset) + 1);
    });
    consumer.on(events.STOP, () => {
      this.#joined = false;
      this.lanes.loseAll();
    });
    consumer.on(events.CRASH, ({ payload }) => {
      observer.consumerEvent('crash');
      // One that comes before a join says that Kafka is away, and a start anew would not bring it back.
      if (this.#joinedAt !== undefined) this.#crashed(this.#crashes + 1);
      this.#joinedAt = undefined;
      if (payload.restart || this.#stop.signal.aborted) return;
      if (!isMistake(payload.error) && !isFinal(payload.error)) this.#startAgain();
      else onFatal(payload.error);
    });
  }

  /** kafkajs's eachBatch: never throws, never waits. */
  #take({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    try {
      const lane = this.lanes.get(batch.topic, batch.partition);
      if (lane && !lane.stopped) this.#accept(lane, batch, resolveOffset);
    } catch (error) {
      this.#options.onFatal(error as Error);
    }
    return Promise.resolve();
  }

  #accept(current: Lane, batch: Batch, resolveOffset: (offset: string) => void): void {
    // In every kafkajs batch, though not in its types.
    const from = Number((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset);
    const fetched = {
      from,
      next: Number(batch.lastOffset()) + 1,
      highWatermark: Number(batch.highWatermark),
      records: recordsOf(batch).map((record) => new ReadRecord(current.topic, batch.partition, record)),
    };
    let lane = current.overtaken(from) ? this.lanes.restart(current) : current;
    const before = movedFrom(batch) ?? lane.skipped(from);
    if (before !== undefined) this.#moved(lane, before, from);
    if (!lane.accept(fetched)) {
      if (before === undefined) this.#moved(lane, from, from);
      lane = this.lanes.restart(lane);
      lane.accept(fetched);
    }
    this.#crashed(0);
    resolveOffset(batch.lastOffset());
    if (this.#isOver(lane, 1)) {
      lane.full = true;
      this.#pause(lane);
    }
    this.#options.onRecords(lane);
  }

  #moved({ topic, name, partition }: Lane, before: number, from: number): void {
    const { observer, settings } = this.#options;
    observer.consumerEvent('offset-reset');
    if (from <= before) {
      const fields = { topic: name, partition, offset: from };
      const sentence =
        'Kafka has moved the reading position back: records are read again, or others have their offsets.';
      settings.logger.error(fields, sentence);
      return;
    }
    observer.lost(topic.name, from - before);
    const fields = { topic: name, partition, first: before, last: from - 1, records: from - before };
    settings.logger.error(fields, 'Records are lost: Kafka had deleted them before they were read.');
  }

  #isOver(lane: Lane, part: number): boolean {
    const share = part / Math.max(1, this.lanes.count);
    return lane.load.bytes > BUFFER_BYTES * share || lane.load.records > BUFFER_RECORDS * share;
  }

  // Outside a group kafkajs throws on both.
  #pause({ name, partition }: Lane): void {
    if (this.#joined) this.#consumer.pause([{ topic: name, partitions: [partition] }]);
  }

  #resume({ name, partition }: Lane): void {
    if (this.#joined) this.#consumer.resume([{ topic: name, partitions: [partition] }]);
  }
}
