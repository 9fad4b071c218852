// The way to the brokers: which of them leads a partition, and one bounded Produce request to it. Trying again until a
// deadline is the caller's, who knows the deadline. kafkajs's own producer is not used: it sends to all leaders in one
// call, which fails as a whole when one of them does, and keeps from its caller what the others have acknowledged.
import { type Topic, topicName } from '@switchboard/contracts';
import { createCluster, isConnectionClosed, isUnknownTopic } from '../client.ts';
import type { KafkaSettings } from '../records.ts';
import { within } from '../wait.ts';
import { batchMessage } from '../wire/produce.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { STALE_LEADER } from './refusals.ts';

/** What brokers said of the batches in a request: Kafka's error code, 0 for a batch that is durable. */
export type Answers = ReadonlyMap<PartitionQueue, number>;

export class Link {
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #cluster: KafkajsCluster;

  constructor(settings: KafkaSettings, timeoutMs: number) {
    this.#prefix = settings.topicPrefix;
    this.#timeoutMs = timeoutMs;
    this.#cluster = createCluster(settings, {
      requestTimeoutMs: timeoutMs + 1000,
      retries: 1,
      maxRetryMs: 200,
    });
  }

  connect(): Promise<void> {
    return this.#cluster.connect();
  }

  /** The number of the broker that leads the partition; undefined when that is not known. */
  leaderOf({ topic, partition }: PartitionQueue): number | undefined {
    const name = topicName(topic, this.#prefix);
    const partitions = this.#cluster.brokerPool.metadata?.topicMetadata.find((one) => one.topic === name);
    const leader = partitions?.partitionMetadata.find(({ partitionId }) => partitionId === partition)?.leader;
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** Asks the brokers who leads the topic's partitions. */
  async learn(topic: Topic): Promise<void> {
    const name = topicName(topic, this.#prefix);
    if (!this.#cluster.isConnected()) await this.#cluster.connect();
    // A new topic that does not exist leaves what is known of the others as it is.
    if (!this.#cluster.targetTopics.has(name)) await this.#cluster.addMultipleTargetTopics([name]);
    else await this.#ask();
  }

  /** Writes the batch under way of each queue, all of them led by this broker, in one request. */
  async write(leader: number, queues: readonly PartitionQueue[]): Promise<Answers> {
    const topics = new Map<string, PartitionQueue[]>();
    for (const queue of queues) {
      const name = topicName(queue.topic, this.#prefix);
      topics.set(name, [...(topics.get(name) ?? []), queue]);
    }
    try {
      await this.#cluster.refreshMetadataIfNecessary();
      const broker = await this.#cluster.findBroker({ nodeId: String(leader) });
      const response = await broker.produce({
        acks: -1,
        timeout: this.#timeoutMs,
        topicData: [...topics].map(([topic, those]) => ({
          topic,
          partitions: those.map(({ partition, inFlight }) => ({
            partition,
            messages: [
              batchMessage(
                partition,
                inFlight.map(({ record }) => record),
              ),
            ],
          })),
        })),
      });
      const answers = new Map<PartitionQueue, number>();
      for (const { topicName: name, partitions } of response.topics) {
        for (const { partition, errorCode } of partitions) {
          const queue = topics.get(name)?.find((one) => one.partition === partition);
          if (queue !== undefined) answers.set(queue, errorCode);
        }
      }
      if ([...answers.values()].some((code) => STALE_LEADER.has(code))) await this.#askIfPossible();
      return answers;
    } catch (error) {
      if (isConnectionClosed(error)) this.#cluster.removeBroker(error);
      await this.#askIfPossible();
      throw error;
    }
  }

  async close(deadlineMs: number): Promise<void> {
    await within(deadlineMs, this.#cluster.disconnect());
  }

  async #ask(): Promise<void> {
    try {
      await this.#cluster.refreshMetadata();
    } catch (error) {
      // kafkajs asks for every topic it ever wrote to: one that is gone would fail all the others with it, for ever.
      if (isUnknownTopic(error)) this.#forget();
      throw error;
    }
  }

  async #askIfPossible(): Promise<void> {
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#ask();
    } catch {
      // Who waits for the write is told of the failure that led here; the next attempt asks again.
    }
  }

  #forget(): void {
    this.#cluster.targetTopics.clear();
    this.#cluster.brokerPool.metadata = null;
  }
}
