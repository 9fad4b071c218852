// One short visit to the brokers' administration.
import type { Admin } from 'kafkajs';
import { createClient, isFinal } from '../client.ts';
import { KafkaUnavailableError, TopicMismatchError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { backoff } from '../wait.ts';

export interface Visit {
  /** What it is for, as errors should say it. */
  readonly doing: string;
  readonly retries: number;
  readonly timeoutMs: number;
  /** The work is done again for so long, however many retries that are; default 0. */
  readonly patienceMs?: number;
}

/**
 * Connects, does the work (again, when something else than a refusal for good was in its way), disconnects. What Kafka refuses
 * is a KafkaUnavailableError with its cause.
 */
export async function withAdmin<T>(
  settings: KafkaSettings,
  { doing, retries, timeoutMs, patienceMs = 0 }: Visit,
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
    return await persist(retries, patienceMs, () => work(admin));
  } catch (error) {
    if (error instanceof TopicMismatchError) throw error;
    // Whatever its class: kafkajs runs into a TypeError of its own when no broker answers a second question.
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
 * A topic made a moment ago is not known to every broker yet, and a broker that has just gone is still listed: kafkajs
 * waits for neither in every call.
 */
async function persist<T>(retries: number, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let retry = 0; ; retry++) {
    try {
      return await work();
    } catch (error) {
      const again = retry < retries || performance.now() < until;
      if (!again || error instanceof TopicMismatchError || isFinal(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, backoff(retry, 100, 1000)));
  }
}
