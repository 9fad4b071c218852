// Creates the kafkajs consumer: all timeouts and limits of group membership and fetching.
import type { Consumer } from 'kafkajs';
import { createClient, retryOptions } from '../client.ts';
import type { KafkaSettings } from '../records.ts';

export interface GroupConsumerOptions {
  readonly settings: KafkaSettings;
  /** Without the prefix. */
  readonly group: string;
  /** How long the broker may wait for more records before it answers a fetch. */
  readonly collectMs: number;
}

const FETCH_BYTES = 1024 * 1024;
const PARTITION_FETCH_BYTES = 256 * 1024;
/** With `collectMs`, the broker answers a fetch as soon as it has so many bytes. */
const MIN_COLLECTED_BYTES = 128 * 1024;
const MAX_WAIT_MS = 100;

/** Returns a consumer that is not connected yet. It does not restart itself after `stopping` is aborted. */
export function createGroupConsumer(
  { settings, group, collectMs }: GroupConsumerOptions,
  stopping: AbortSignal,
): Consumer {
  return createClient(settings, { retries: 5, maxRetryMs: 3000 }).consumer({
    groupId: settings.topicPrefix + group,
    allowAutoTopicCreation: false,
    // The group notices a dead member by the session timeout, and a new one at the others' next heartbeat.
    sessionTimeout: 10_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: collectMs > 0 ? collectMs : MAX_WAIT_MS,
    minBytes: collectMs > 0 ? MIN_COLLECTED_BYTES : 1,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: PARTITION_FETCH_BYTES,
    retry: {
      ...retryOptions(5, 3000),
      // Otherwise a crash during a drain would restart the consumer after it left.
      restartOnFailure: () => Promise.resolve(!stopping.aborted),
    },
  });
}
