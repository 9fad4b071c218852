// Runs one piece of work with a kafkajs admin client.
import type { Admin } from 'kafkajs';
import { createClient } from '../client.ts';
import { KafkaUnavailableError, TopicMismatchError } from '../errors.ts';
import { isPermanentRefusal } from '../kafkajs-errors.ts';
import type { KafkaSettings } from '../records.ts';
import { backoff } from '../wait.ts';

export interface AdminTask {
  /** What it does, for error messages: "creating topics". */
  readonly doing: string;
  readonly retries: number;
  readonly timeoutMs: number;
  /** Failed work is repeated for so long, beyond `retries`; default 0. */
  readonly patienceMs?: number;
}

/**
 * Connects, does the work, disconnects. Work that fails is repeated, unless Kafka refuses it for good. Throws
 * KafkaUnavailableError with its cause, or TopicMismatchError of the work.
 */
export async function withAdmin<T>(
  settings: KafkaSettings,
  { doing, retries, timeoutMs, patienceMs = 0 }: AdminTask,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const client = createClient(settings, {
    requestTimeoutMs: timeoutMs,
    connectionTimeoutMs: Math.min(timeoutMs, 3000),
    retries,
    maxRetryMs: 1000,
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return await retryWork(retries, patienceMs, () => work(admin));
  } catch (error) {
    if (error instanceof TopicMismatchError) throw error;
    // Any class of error: kafkajs throws a TypeError of its own when no broker answers its second request.
    const { message } = error as Error;
    throw new KafkaUnavailableError(
      `${doing} at ${settings.brokers.join(', ')}: ${message}; check the brokers that KAFKA_BROKERS names`,
      { cause: error },
    );
  } finally {
    await admin.disconnect();
  }
}

/**
 * kafkajs does not always wait for cluster changes: a new topic is not known to every broker at once, and a broker that has
 * just gone is still listed.
 */
async function retryWork<T>(retries: number, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let retry = 0; ; retry++) {
    try {
      return await work();
    } catch (error) {
      const again = retry < retries || performance.now() < until;
      if (!again || error instanceof TopicMismatchError || isPermanentRefusal(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, backoff(retry, 100, 1000)));
  }
}
