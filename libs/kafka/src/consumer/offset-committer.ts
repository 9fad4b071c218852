// Commits what the buffers' watermarks allow, and counts an offset as committed only when the broker has confirmed it.
import type { Logger } from '@switchboard/contracts';
import type { Consumer, ConsumerCommitOffsetsEvent } from 'kafkajs';
import { isBrokerError } from '../kafkajs-errors.ts';
import { backoff, within } from '../wait.ts';
import type { AssignedPartitions } from './assigned-partitions.ts';

const INTERVAL_MS = 200;
/** The longest time between two commits while they fail. */
const MAX_INTERVAL_MS = 5000;
/** A coordinator that moves refuses commits for a few seconds; a broker that is not the coordinator refuses for ever. */
const REFUSED_MS = 10_000;

export class OffsetCommitter {
  readonly #consumer: Consumer;
  readonly #partitions: AssignedPartitions;
  readonly #logger: Logger;
  readonly #onRefused: () => void;
  #busy = false;
  #failures = 0;
  #notBefore = 0;
  #refusedSince: number | undefined;

  /** @param onRefused brokers have refused every commit for a long time */
  constructor(consumer: Consumer, partitions: AssignedPartitions, logger: Logger, onRefused: () => void) {
    this.#consumer = consumer;
    this.#partitions = partitions;
    this.#logger = logger;
    this.#onRefused = onRefused;
    // Only this event proves a commit: while the consumer is stopping, commitOffsets resolves and does nothing.
    consumer.on(consumer.events.COMMIT_OFFSETS, (event) => this.#confirm(event));
  }

  /**
   * Commits every 200 ms until the returned function is called. After a failure the next commit includes what failed, and
   * comes later each time.
   */
  start(): () => void {
    const timer = setInterval(() => {
      if (this.#busy || performance.now() < this.#notBefore) return;
      this.#busy = true;
      void this.commit().finally(() => {
        this.#busy = false;
      });
    }, INTERVAL_MS);
    return () => clearInterval(timer);
  }

  /** Makes one attempt; a failure is logged. */
  async commit(): Promise<void> {
    const uncommitted = this.#partitions.uncommitted();
    if (uncommitted.length === 0) return;
    try {
      await this.#consumer.commitOffsets(
        uncommitted.map(({ name, partition, committable }) => ({
          topic: name,
          partition,
          offset: String(committable),
        })),
      );
    } catch (error) {
      this.#notBefore = performance.now() + backoff(this.#failures, INTERVAL_MS, MAX_INTERVAL_MS);
      this.#failures += 1;
      const fields = { partitions: uncommitted.length, error_message: (error as Error).message };
      this.#logger.warn(fields, 'Committing offsets failed; retrying.');
      this.#checkRefusals(isBrokerError(error));
    }
  }

  /** Commits until nothing is left to commit. False when that did not happen within `deadlineMs`. */
  async commitAll(deadlineMs: number): Promise<boolean> {
    const until = performance.now() + deadlineMs;
    const left = (): number => until - performance.now();
    while (this.#partitions.uncommitted().length > 0 && left() > 0) {
      await within(left(), this.commit());
      if (this.#partitions.uncommitted().length > 0)
        await new Promise((resolve) => setTimeout(resolve, Math.min(INTERVAL_MS, left())));
    }
    return this.#partitions.uncommitted().length === 0;
  }

  #checkRefusals(refusedByBroker: boolean): void {
    const now = performance.now();
    if (!refusedByBroker) this.#refusedSince = undefined;
    else this.#refusedSince ??= now;
    if (this.#refusedSince === undefined || now - this.#refusedSince < REFUSED_MS) return;
    this.#refusedSince = undefined;
    this.#onRefused();
  }

  #confirm({ payload }: ConsumerCommitOffsetsEvent): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#refusedSince = undefined;
    for (const { topic, partitions } of payload.topics) {
      for (const { partition, offset } of partitions) {
        const buffer = this.#partitions.get(topic, partition);
        // kafkajs's types say text, but it can be a number.
        if (buffer) buffer.committed = Number(String(offset));
      }
    }
  }
}
