// Commits what the lanes' watermarks allow, and believes only the broker's answer.
import type { Logger } from '@switchboard/contracts';
import type { Consumer, ConsumerCommitOffsetsEvent } from 'kafkajs';
import { isAnswer } from '../client.ts';
import { backoff, within } from '../wait.ts';
import type { Lanes } from './lanes.ts';

const EVERY_MS = 200;
/** The longest time between two commits while they fail. */
const SELDOM_MS = 5000;
/** A coordinator that moves refuses commits for a few seconds; one that is asked in error does so for ever. */
const REFUSED_MS = 10_000;

export class Commits {
  readonly #consumer: Consumer;
  readonly #lanes: Lanes;
  readonly #logger: Logger;
  readonly #onRefused: () => void;
  #busy = false;
  #failures = 0;
  #notBefore = 0;
  #refusedSince: number | undefined;

  /** @param onRefused brokers have answered every commit for long with an error */
  constructor(consumer: Consumer, lanes: Lanes, logger: Logger, onRefused: () => void) {
    this.#consumer = consumer;
    this.#lanes = lanes;
    this.#logger = logger;
    this.#onRefused = onRefused;
    // Only this event tells that offsets were committed: while stopping, commitOffsets resolves and does nothing.
    consumer.on(consumer.events.COMMIT_OFFSETS, (event) => this.#confirm(event));
  }

  /**
   * Commits every 200 ms until the returned function is called. What fails is due again the next time, which comes later
   * after each failure.
   */
  start(): () => void {
    const timer = setInterval(() => {
      if (this.#busy || performance.now() < this.#notBefore) return;
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
      this.#notBefore = performance.now() + backoff(this.#failures, EVERY_MS, SELDOM_MS);
      this.#failures += 1;
      const fields = { partitions: due.length, error_message: (error as Error).message };
      this.#logger.warn(fields, 'Committing offsets failed; it is tried again.');
      this.#refused(isAnswer(error));
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

  #refused(byBroker: boolean): void {
    const now = performance.now();
    if (!byBroker) this.#refusedSince = undefined;
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
        const lane = this.#lanes.get(topic, partition);
        // Typed as text; in truth it is whatever kafkajs made of it.
        if (lane) lane.committed = Number(String(offset));
      }
    }
  }
}
