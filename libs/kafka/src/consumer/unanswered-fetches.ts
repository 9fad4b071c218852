// Finds brokers that do not answer fetch requests. kafkajs repeats such a request for minutes before it crashes, and each
// repetition looks like a sign of life, so nothing else shows that no record is read.

interface Unanswered {
  /** When the first unanswered fetch was sent, by performance.now(). */
  readonly since: number;
  /** When the last one was sent. */
  readonly sentAt: number;
}

/** A broker that gets no fetch for so long has left the cluster or leads none of our partitions. */
const FORGET_AFTER_MS = 120_000;

/** The unanswered fetches of one consumer, by broker. */
export class UnansweredFetches {
  readonly #unanswered = new Map<number, Unanswered>();

  sent(broker: number): void {
    const now = performance.now();
    this.#unanswered.set(broker, { since: this.#unanswered.get(broker)?.since ?? now, sentAt: now });
  }

  answered(broker: number): void {
    this.#unanswered.delete(broker);
  }

  /** The broker that has left a fetch unanswered for the longest time; undefined when all answer. */
  get longest(): { readonly broker: number; readonly since: number } | undefined {
    const current = [...this.#unanswered].filter(
      ([, { sentAt }]) => performance.now() - sentAt < FORGET_AFTER_MS,
    );
    const [longest] = current.sort(([, one], [, other]) => one.since - other.since);
    return longest && { broker: longest[0], since: longest[1].since };
  }
}
