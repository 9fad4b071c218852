// Reports the condition of ingest: what works and what does not.
import type { Condition } from '@switchboard/service';
import type { DurableLog } from './durable-log.ts';
import type { SecretStore } from './secret-store.ts';

export interface Parts {
  readonly log: DurableLog;
  readonly secrets: SecretStore;
  /** Throws when no broker answers. */
  readonly kafka: () => Promise<void>;
  /** Throws when Postgres does not answer. */
  readonly database: () => Promise<void>;
}

/** For people and alerts: where events go, and whether the tenants' secrets are decrypted and up to date. */
export function conditionOf({ log, secrets }: Parts): Condition {
  return {
    degraded: log.destination !== 'kafka' || log.fault !== undefined || secrets.state !== 'current',
    details: {
      events_go_to: log.destination,
      spool: log.fault === undefined ? 'readable' : 'unreadable',
      tenant_secrets: secrets.state,
    },
  };
}

/** Throws, with the reason, when no webhook could be accepted now. */
export async function readiness({ log, secrets, kafka, database }: Parts): Promise<void> {
  if (secrets.current().empty) {
    if (secrets.state === 'unread') {
      throw new Error("the tenants' signing secrets cannot be read, and WEBHOOK_SECRET is not set");
    }
    if (secrets.state === 'undecryptable') {
      throw new Error(
        "ENCRYPTION_KEY decrypts none of the tenants' signing secrets, and WEBHOOK_SECRET is not set",
      );
    }
  }
  if (log.destination === 'nowhere') {
    throw new Error(
      'older events wait in the spool, which cannot be reached, and newer events must not overtake them',
    );
  }
  // While Kafka is away the spool takes events, so one of the two is enough.
  await Promise.any([kafka(), database()]).catch((cause: unknown) => {
    throw new Error('neither Kafka nor Postgres answers', { cause });
  });
}
