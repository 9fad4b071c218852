// For specs: new tables for each test, integrations in them, and records as the consumer passes them on.
import {
  conversationEscalated,
  encodeHeaders,
  isOperation,
  orderingKey,
  topics,
} from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { type Database, integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { type Suite, suite } from '@switchboard/testing';

export const TENANT = 'acme';
export const box = new SecretBox([Buffer.alloc(32, 7)]);

/** Three attempts, with a tenth of the usual delays, and a circuit breaker that stays closed. */
export const fast = {
  retry: { first_seconds: 0.2, attempts: 3 },
  breaker: { failures: 10_000, minimum_calls: 10_000 },
};

/** Adds an integration. By default it also accepts events from long ago. */
export async function addIntegration(
  db: Database,
  id: string,
  more: {
    sink?: string;
    tenant?: string;
    activeFrom?: Date;
    config?: object;
    secrets?: Record<string, string>;
    delivery?: object;
  } = {},
): Promise<void> {
  const tenant = more.tenant ?? TENANT;
  const secrets = Object.entries(more.secrets ?? { token: 't0ken' }).map(([field, value]) => [
    field,
    box.seal(value, integrationSecretPlace(tenant, id, field)),
  ]);
  await db.query(
    `insert into integrations (id, tenant_id, sink, config, secrets, active_from, delivery)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do update set config = excluded.config, secrets = excluded.secrets, delivery = excluded.delivery,
       active = true, updated_at = now()`,
    [
      id,
      tenant,
      more.sink ?? 'probe',
      more.config ?? { url: 'http://127.0.0.1:1/' },
      Object.fromEntries(secrets),
      more.activeFrom ?? new Date(0),
      more.delivery ?? fast,
    ],
  );
}

/** A record of an event, as the consumer passes it on. */
export function record(
  id: string,
  more: {
    key?: string;
    tenant?: string;
    type?: string;
    data?: object;
    at?: Date;
    value?: Buffer;
    time?: string;
    traceparent?: string;
  } = {},
): InRecord {
  const type = more.type ?? conversationEscalated.type;
  const data = { conversation_id: more.key ?? id, ...more.data };
  return {
    topic: isOperation(type) ? topics.operations : topics.escalations,
    partition: 0,
    offset: 0,
    key: Buffer.from(orderingKey(type, data, id)),
    value: more.value ?? Buffer.from(JSON.stringify({ event: type, data })),
    headers: encodeHeaders({
      id,
      type,
      source: '/webhooks/helpninja',
      tenantId: more.tenant ?? TENANT,
      ...(more.time === undefined ? {} : { time: more.time }),
      ...(more.traceparent === undefined ? {} : { traceparent: more.traceparent }),
    }),
    timestamp: (more.at ?? new Date()).getTime(),
  };
}

/** The rows of the ledger in order, with the columns that tests compare, by their names (`calls`: attempts made). */
export function rows(db: Database): Promise<LedgerRowShown[]> {
  return db.query<LedgerRowShown>(
    `select event_id as event, integration_id as integration, state, attempts, calls, reason, reference,
       claim is not null as claimed from delivery order by id`,
  );
}

export interface LedgerRowShown {
  readonly event: string;
  readonly integration: string;
  readonly state: string;
  readonly attempts: number;
  readonly calls: number;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly claimed: boolean;
}

/** For a spec file: gives each test new tables with these integrations. Registers the hooks. */
export function freshTables(...integrations: string[]) {
  let s: Suite;
  beforeEach(async () => {
    s = await suite({ topics: false });
    for (const id of integrations) await addIntegration(s.database, id);
  });
  afterEach(() => s.end());
  return {
    get db() {
      return s.database;
    },
  };
}
