// Commits what the lanes' watermarks allow, and believes only the broker's answer.
import type { Logger } from '@switchboard/contracts';
import type { Consumer, ConsumerCommitOffsetsEvent } from 'kafkajs';
import { within } from '../wait.ts';
import type { Lanes } from './lanes.ts';

const EVERY_MS = 200;

export class Commits {
  readonly #consumer: Consumer;
  readonly #lanes: Lanes;
  readonly #logger: Logger;
  #busy = false;

  constructor(consumer: Consumer, lanes: Lanes, logger: Logger) {
    this.#consumer = consumer;
    this.#lanes = lanes;
    this.#logger = logger;
    // Only this event tells that offsets were committed: while stopping, commitOffsets resolves and does nothing.
    consumer.on(consumer.events.COMMIT_OFFSETS, (event) => this.#confirm(event));
  }

  /** Commits every 200 ms until the returned function is called. What fails is due again the next time. */
  start(): () => void {
    const timer = setInterval(() => {
      if (this.#busy) return;
      this.#busy = true;
      void this.once().finally(() => {
        this.#busy = false;
      });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }

  async once(): Promise<void> {
    const due = this.#lanes.due();
    if (due.length === 0) return;
    try {
      await this.#consumer.commitOffsets(
        due.map(({ name, partition, committable }) => ({
          topic: name,
          partition,
          offset: String(committable),
        })),
      );
    } catch (error) {
      const fields = { partitions: due.length, error_message: (error as Error).message };
      this.#logger.warn(fields, 'Committing offsets failed; it is tried again.');
    }
  }

  /** Commits until nothing is due. False when that did not happen within `deadlineMs`. */
  async all(deadlineMs: number): Promise<boolean> {
    const until = performance.now() + deadlineMs;
    const left = (): number => until - performance.now();
    while (this.#lanes.due().length > 0 && left() > 0) {
      await within(left(), this.once());
      if (this.#lanes.due().length > 0)
        await new Promise((resolve) => setTimeout(resolve, Math.min(EVERY_MS, left())));
    }
    return this.#lanes.due().length === 0;
  }

  #confirm({ payload }: ConsumerCommitOffsetsEvent): void {
    for (const { topic, partitions } of payload.topics) {
      for (const { partition, offset } of partitions) {
        const lane = this.#lanes.get(topic, partition);
        // Typed as text; in truth it is whatever kafkajs made of it.
        if (lane) lane.committed = Number(String(offset));
      }
    }
  }
}
