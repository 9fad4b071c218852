// The producer's connections: which broker leads a partition, and one bounded Produce request to it. Retrying is the
// caller's job, because the caller knows the deadline. kafkajs's own producer is not used: it sends to all leaders in one
// call, which fails as a whole when one leader fails and hides what the others have acknowledged.
import { type Topic, topicName } from '@switchboard/contracts';
import { createCluster } from '../client.ts';
import { batchMessage } from '../kafkajs-patches/produce.ts';
import { isConnectionClosed, isUnknownTopic } from '../kafkajs-errors.ts';
import type { KafkaSettings } from '../records.ts';
import { within } from '../wait.ts';
import { STALE_METADATA } from './error-codes.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** The broker's error code for each batch of a request; 0 for a batch that is durable. */
export type WriteResults = ReadonlyMap<PartitionQueue, number>;

export class ProducerSession {
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

  /** The id of the broker that leads the partition; undefined when it is unknown. */
  leaderOf({ topic, partition }: PartitionQueue): number | undefined {
    const name = topicName(topic, this.#prefix);
    const partitions = this.#cluster.brokerPool.metadata?.topicMetadata.find((one) => one.topic === name);
    const leader = partitions?.partitionMetadata.find(({ partitionId }) => partitionId === partition)?.leader;
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** Asks the brokers for the leaders of the topic's partitions. */
  async refreshLeaders(topic: Topic): Promise<void> {
    const name = topicName(topic, this.#prefix);
    if (!this.#cluster.isConnected()) await this.#cluster.connect();
    // A new topic that does not exist must not spoil the metadata of the others.
    if (!this.#cluster.targetTopics.has(name)) await this.#cluster.addMultipleTargetTopics([name]);
    else await this.#refreshMetadata();
  }

  /** Writes the batch in flight of each queue in one request; this broker must lead all of them. */
  async write(leader: number, queues: readonly PartitionQueue[]): Promise<WriteResults> {
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
        topicData: [...topics].map(([topic, topicQueues]) => ({
          topic,
          partitions: topicQueues.map(({ partition, inFlight }) => ({
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
      const results = new Map<PartitionQueue, number>();
      for (const { topicName: name, partitions } of response.topics) {
        for (const { partition, errorCode } of partitions) {
          const queue = topics.get(name)?.find((one) => one.partition === partition);
          if (queue !== undefined) results.set(queue, errorCode);
        }
      }
      if ([...results.values()].some((code) => STALE_METADATA.has(code))) await this.#tryRefreshMetadata();
      return results;
    } catch (error) {
      if (isConnectionClosed(error)) this.#cluster.removeBroker(error);
      await this.#tryRefreshMetadata();
      throw error;
    }
  }

  async close(deadlineMs: number): Promise<void> {
    await within(deadlineMs, this.#cluster.disconnect());
  }

  async #refreshMetadata(): Promise<void> {
    try {
      await this.#cluster.refreshMetadata();
    } catch (error) {
      // kafkajs asks for every topic it ever wrote to. One that is deleted would fail the request for all, for ever.
      if (isUnknownTopic(error)) this.#forgetTopics();
      throw error;
    }
  }

  async #tryRefreshMetadata(): Promise<void> {
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#refreshMetadata();
    } catch {
      // The caller gets the failure of the write itself; the next attempt refreshes again.
    }
  }

  #forgetTopics(): void {
    this.#cluster.targetTopics.clear();
    this.#cluster.brokerPool.metadata = null;
  }
}
