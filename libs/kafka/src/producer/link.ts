// The way to the brokers: a kafkajs producer that makes one bounded attempt per request. Trying again until a deadline
// is the caller's, who knows the deadline.
import { topicName } from '@switchboard/contracts';
import type { Message, Producer } from 'kafkajs';
import { createClient, isUnknownTopic, retryOptions } from '../client.ts';
import type { KafkaSettings } from '../records.ts';
import { within } from '../wait.ts';
import { batchMessage } from '../wire/produce.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** A kafkajs producer and how many requests are using it. */
interface Session {
  readonly producer: Producer;
  connected: Promise<void> | undefined;
  users: number;
}

export class Link {
  readonly #settings: KafkaSettings;
  readonly #timeoutMs: number;
  #session: Session;

  constructor(settings: KafkaSettings, timeoutMs: number) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#session = this.#open();
  }

  connect(session = this.#session): Promise<void> {
    session.connected ??= session.producer.connect().catch((error: unknown) => {
      session.connected = undefined;
      throw error;
    });
    return session.connected;
  }

  /** Writes the batch under way of each queue in one request. Returns those of which the broker said that it has it. */
  async write(queues: readonly PartitionQueue[]): Promise<Set<PartitionQueue>> {
    const named = queues.map((queue) => ({
      queue,
      name: topicName(queue.topic, this.#settings.topicPrefix),
    }));
    const messages = new Map<string, Message[]>();
    for (const { queue, name } of named) {
      const those = messages.get(name) ?? [];
      those.push(
        batchMessage(
          queue.partition,
          queue.inFlight.map(({ record }) => record),
        ),
      );
      messages.set(name, those);
    }
    const session = this.#session;
    session.users += 1;
    try {
      await this.connect(session);
      const metadata = await session.producer.sendBatch({
        acks: -1,
        timeout: this.#timeoutMs,
        topicMessages: [...messages].map(([topic, those]) => ({ topic, messages: those })),
      });
      // kafkajs resolves although a partition was never sent (its leader moved while it tried again): so look.
      const kept = new Set(
        metadata.filter(({ errorCode }) => errorCode === 0).map((one) => `${one.topicName}/${one.partition}`),
      );
      const written = named.filter(({ queue, name }) => kept.has(`${name}/${queue.partition}`));
      // One it has not heard of it would skip until its metadata is minutes old.
      if (written.length < named.length && session === this.#session) this.#session = this.#open();
      return new Set(written.map(({ queue }) => queue));
    } catch (error) {
      // kafkajs asks for every topic it ever wrote to: one that is gone would fail all the others with it, for ever.
      if (isUnknownTopic(error) && session === this.#session) this.#session = this.#open();
      throw error;
    } finally {
      session.users -= 1;
      // Not before, for that would cut off the others. Whether its connection ends well is of no interest any more.
      if (session.users === 0 && session !== this.#session)
        session.producer.disconnect().catch(() => undefined);
    }
  }

  async close(deadlineMs: number): Promise<void> {
    await within(deadlineMs, this.#session.producer.disconnect());
  }

  #open(): Session {
    const client = createClient(this.#settings, {
      requestTimeoutMs: this.#timeoutMs + 1000,
      retries: 1,
      maxRetryMs: 200,
    });
    const producer = client.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      retry: retryOptions(0, 200),
      createPartitioner: () => (args) => args.message.partition ?? 0,
    });
    return { producer, connected: undefined, users: 0 };
  }
}
