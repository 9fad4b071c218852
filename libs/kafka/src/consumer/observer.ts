// What a consumer tells of itself. An interface, so that this library knows of no metrics system.

export interface ConsumerObserver {
  /** A chunk of so many records goes to its handler. */
  batch(topic: string, records: number): void;
  /** Records of a partition not finished yet; undefined when another replica has taken it over. */
  lag(topic: string, partition: number, records: number | undefined): void;
  /** So many records were handled within so many seconds; the type is known where a handler takes them singly. */
  processed(topic: string, type: string | undefined, seconds: number, records: number): void;
  deadLettered(stage: string, code: string): void;
  consumerEvent(event: 'crash' | 'rebalance' | 'offset-reset'): void;
  /** A partition waits because of trouble of our own; the code is that of the InfrastructureError. */
  paused(code: string): void;
}

/** For those who do not look. */
export const unobserved: ConsumerObserver = {
  batch: () => undefined,
  lag: () => undefined,
  processed: () => undefined,
  deadLettered: () => undefined,
  consumerEvent: () => undefined,
  paused: () => undefined,
};
