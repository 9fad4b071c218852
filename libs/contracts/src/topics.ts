// Every topic with what it must be created with. All have the same number of partitions for ever: a record is
// forwarded with its partition given, and a key stays in order on its way through the topics.

const DAY_MS = 24 * 60 * 60 * 1000;

/** Partitions of every topic; changing it means new topics. */
export const PARTITIONS = 12;

/** The largest record value the services work on: a 256 KiB body and its enrichment. Larger ones are dead letters. */
export const MAX_VALUE_BYTES = 512 * 1024;

/** A Kafka topic as we create it. How many copies it has is a matter of the cluster, and given to setup. */
export interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

function topic(name: string, maxMessageBytes = 1024 * 1024): Topic {
  return { name, partitions: PARTITIONS, retentionMs: 7 * DAY_MS, maxMessageBytes };
}

export const topics = {
  /** Accepted events as they came; written by ingest, read by enricher. */
  events: topic('helpninja-events'),
  /** Every event with its enrichment; written by enricher, read by router, metrics and sinks of many types. */
  enriched: topic('helpninja-enriched'),
  conversations: topic('conversation-events'),
  leads: topic('sales-leads'),
  escalations: topic('support-escalations'),
  /** What happened to integrations; written by the delivery runtime. */
  operations: topic('helpninja-operations'),
  /** Records a service cannot process. Larger, so that the largest record of the others fits with its headers. */
  deadLetters: topic('helpninja-dlq', 2 * 1024 * 1024),
} as const;

/** Every topic, in the order they are created. */
export const allTopics: readonly Topic[] = Object.values(topics);

/** The name on the broker; the prefix separates installations (and test suites) on one cluster. */
export function topicName(of: Topic, prefix: string): string {
  return prefix + of.name;
}
