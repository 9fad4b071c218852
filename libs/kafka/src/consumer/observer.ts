// What a consumer reports about itself. An interface, so that this library does not depend on a metrics system.

export interface ConsumerObserver {
  /** A chunk of so many records is given to its handler. */
  batch(topic: string, records: number): void;
  /** Records of a partition that are not finished; undefined when another replica has taken the partition over. */
  lag(topic: string, partition: number, records: number | undefined): void;
  /** A handler call with so many records took so many seconds. `type` is the event type of a single record. */
  processed(topic: string, type: string | undefined, seconds: number, records: number): void;
  deadLettered(stage: string, code: string): void;
  consumerEvent(event: 'crash' | 'rebalance' | 'offset-reset' | 'dead-letter-unread'): void;
  /** A partition is paused. The code is that of the InfrastructureError, or UNEXPECTED for an unclassified error. */
  paused(code: string): void;
  /** Kafka deleted so many records before they were read. */
  lost(topic: string, records: number): void;
  /** Crashes of the Kafka client in a row, with nothing read in between; 0 when it reads again. */
  crashing(crashes: number): void;
}

/** Does nothing; the default. */
export const noObserver: ConsumerObserver = {
  batch: () => undefined,
  lag: () => undefined,
  processed: () => undefined,
  deadLettered: () => undefined,
  consumerEvent: () => undefined,
  paused: () => undefined,
  lost: () => undefined,
  crashing: () => undefined,
};
