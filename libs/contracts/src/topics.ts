// Every Kafka topic and its settings. All have the same number of partitions, for ever: a record keeps its partition
// from topic to topic, and so the events of one key stay in order.

const DAY_MS = 24 * 60 * 60 * 1000;

/** Partitions of every topic. To change it, new topics must be made. */
export const PARTITIONS = 12;

/** The largest record value the services work on: a 256 KiB body and its enrichment. Larger ones are dead letters. */
export const MAX_VALUE_BYTES = 512 * 1024;

/** A Kafka topic. Its replication factor is not here: it depends on the cluster, and setup gets it as a setting. */
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
  /** Accepted events, unchanged. ingest writes, enricher reads. */
  events: topic('helpninja-events'),
  /** Every event with its enrichment. enricher writes; router, metrics and sinks of many types read. */
  enriched: topic('helpninja-enriched'),
  conversations: topic('conversation-events'),
  leads: topic('sales-leads'),
  escalations: topic('support-escalations'),
  /** Operational events. The delivery runtime writes. */
  operations: topic('helpninja-operations'),
  /**
   * Records that a service could not process. Its records may be larger: the largest of the others must fit, plus
   * headers.
   */
  deadLetters: topic('helpninja-dlq', 2 * 1024 * 1024),
} as const;

/** Every topic, in the order of creation. */
export const allTopics: readonly Topic[] = Object.values(topics);

/** The name on the broker. The prefix separates installations (and test suites) on one cluster. */
export function topicName(of: Topic, prefix: string): string {
  return prefix + of.name;
}
