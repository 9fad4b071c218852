// What a consumer tells of itself. An interface, so that this library knows of no metrics system.

export interface ConsumerObserver {
  /** A chunk of so many records goes to its handler. */
  batch(topic: string, records: number): void;
  /** Records of a partition not finished yet; undefined when another replica has taken it over. */
  lag(topic: string, partition: number, records: number | undefined): void;
  /** So many records were handled within so many seconds; the type is known where a handler takes them singly. */
  processed(topic: string, type: string | undefined, seconds: number, records: number): void;
  deadLettered(stage: string, code: string): void;
  consumerEvent(event: 'crash' | 'rebalance' | 'offset-reset' | 'dead-letter-unread'): void;
  /** A partition waits; the code is that of the InfrastructureError, or UNEXPECTED for an error nobody has classified. */
  paused(code: string): void;
  /** Kafka has deleted so many records before they were read. */
  lost(topic: string, records: number): void;
  /** Crashes of the Kafka client one after the other, with nothing read in between; 0 when it reads again. */
  crashing(crashes: number): void;
}

/** For those who do not look. */
export const unobserved: ConsumerObserver = {
  batch: () => undefined,
  lag: () => undefined,
  processed: () => undefined,
  deadLettered: () => undefined,
  consumerEvent: () => undefined,
  paused: () => undefined,
  lost: () => undefined,
  crashing: () => undefined,
};
