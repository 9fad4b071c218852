// How ingest stands, in words that are true: what works is said, and what does not.
import type { Condition } from '@switchboard/service';
import type { DurableLog } from './durable-log.ts';
import type { SecretStore } from './secret-store.ts';

/** What is looked at. */
export interface Parts {
  readonly log: DurableLog;
  readonly secrets: SecretStore;
  /** Throws when no broker answers. */
  readonly kafka: () => Promise<void>;
  /** Throws when Postgres does not answer. */
  readonly database: () => Promise<void>;
}

/** For people and alerts: where events go, and how far the tenants' secrets are to be relied on. */
export function conditionOf({ log, secrets }: Parts): Condition {
  return {
    degraded: log.destination !== 'kafka' || log.fault !== undefined || secrets.freshness !== 'current',
    details: {
      events_go_to: log.destination,
      spool: log.fault === undefined ? 'readable' : 'unreadable',
      tenant_secrets: secrets.freshness,
    },
  };
}

/** Throws, with the reason, when no webhook could be accepted now. */
export async function readiness({ log, secrets, kafka, database }: Parts): Promise<void> {
  if (secrets.freshness === 'unread' && secrets.current().empty) {
    throw new Error("the tenants' signing secrets cannot be read, and WEBHOOK_SECRET is not set");
  }
  if (log.destination === 'nowhere') {
    throw new Error('older events wait in the spool, which cannot be reached: none may overtake them');
  }
  // Without Kafka there is the spool, so one of the two is enough to take webhooks.
  await Promise.any([kafka(), database()]).catch((cause: unknown) => {
    throw new Error('neither Kafka nor Postgres answers', { cause });
  });
}
