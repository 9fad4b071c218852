// kafkajs as a member of a consumer group: every time and limit that it is given.
import type { Consumer } from 'kafkajs';
import { createClient, retryOptions } from '../client.ts';
import type { KafkaSettings } from '../records.ts';

export interface GroupConsumerOptions {
  readonly settings: KafkaSettings;
  /** Without the prefix. */
  readonly group: string;
  /** How long the broker may hold records back until there are more. */
  readonly collectMs: number;
}

const FETCH_BYTES = 1024 * 1024;
const PARTITION_FETCH_BYTES = 256 * 1024;
/** With `collectMs`: the broker answers a fetch early when it has so many bytes. */
const COLLECTED_BYTES = 128 * 1024;
const MAX_WAIT_MS = 100;

/** A consumer that is not connected yet; it does not come back by itself once `stopping` is aborted. */
export function groupConsumer(
  { settings, group, collectMs }: GroupConsumerOptions,
  stopping: AbortSignal,
): Consumer {
  return createClient(settings, { retries: 5, maxRetryMs: 3000 }).consumer({
    groupId: settings.topicPrefix + group,
    allowAutoTopicCreation: false,
    // A member that died is noticed by the session, one that joins by the others' next heartbeat.
    sessionTimeout: 10_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: collectMs > 0 ? collectMs : MAX_WAIT_MS,
    minBytes: collectMs > 0 ? COLLECTED_BYTES : 1,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: PARTITION_FETCH_BYTES,
    retry: {
      ...retryOptions(5, 3000),
      // Else a crash during a drain would bring the consumer back after it left.
      restartOnFailure: () => Promise.resolve(!stopping.aborted),
    },
  });
}
