// Brokers that are asked for records and do not answer. kafkajs asks again for minutes before it crashes, and each try is a
// sign of life: nothing else tells that nothing is read.

interface Unanswered {
  /** When the first of the questions without an answer was asked, by performance.now(). */
  readonly since: number;
  /** When the last one was. */
  readonly askedAt: number;
}

/** A broker that is asked no more has left the cluster, or leads none of our partitions. */
const ASKED_NO_MORE_MS = 120_000;

export class Fetches {
  readonly #unanswered = new Map<number, Unanswered>();

  asked(broker: number): void {
    const now = performance.now();
    this.#unanswered.set(broker, { since: this.#unanswered.get(broker)?.since ?? now, askedAt: now });
  }

  answered(broker: number): void {
    this.#unanswered.delete(broker);
  }

  /** The broker that has been silent for longest; undefined when all answer. */
  get silent(): { readonly broker: number; readonly since: number } | undefined {
    const asked = [...this.#unanswered].filter(
      ([, { askedAt }]) => performance.now() - askedAt < ASKED_NO_MORE_MS,
    );
    const [longest] = asked.sort(([, one], [, other]) => one.since - other.since);
    return longest && { broker: longest[0], since: longest[1].since };
  }
}
