// For the specs of this library: a runtime over a real database, records as the consumer hands them over, and a
// database connection that can be cut or frozen.
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import {
  conversationEscalated,
  encodeHeaders,
  type EventDefinition,
  orderingKey,
  topics,
} from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import type { InRecord } from '@switchboard/kafka';
import { createDatabase, type Database, integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { quiet, type Suite } from '@switchboard/testing';
import { z } from 'zod';
import { defineSink, type Sink, type SinkContext, type SinkEvent } from './define-sink.ts';
import type { SinkObserver } from './observer.ts';
import type { DeliveryOutcome } from './outcome.ts';
import { SinkRuntime } from './runtime.ts';
import type { Timing } from './timing.ts';

export const TENANT = 'acme';
export const box = new SecretBox([Buffer.alloc(32, 7)]);

/** Periods short enough for a test; the schedule keeps its shape. */
export const quick: Partial<Timing> = {
  retrySeconds: 0.2,
  holdSeconds: 1,
  silenceSeconds: 2,
  beatMs: 200,
  dueMs: 20,
  refreshMs: 200,
};

const config = z.object({ url: z.url(), token: z.string().meta({ secret: true }) });
type Deliver = (event: SinkEvent, ctx: SinkContext<z.output<typeof config>>) => Promise<DeliveryOutcome>;

/** A sink that does what the spec says. */
export function sinkThat(deliver: Deliver, name = 'probe', accepts: EventDefinition[] = [escalated]): Sink {
  return defineSink({ name, accepts, config, idempotency: 'none', deliver });
}

const escalated = conversationEscalated as unknown as EventDefinition;

/** Adds an integration of a sink; events from long ago are for it too, unless told otherwise. */
export async function addIntegration(
  db: Database,
  id: string,
  more: {
    sink?: string;
    tenant?: string;
    activeFrom?: Date;
    config?: object;
    secrets?: Record<string, string>;
  } = {},
): Promise<void> {
  const tenant = more.tenant ?? TENANT;
  const secrets = Object.entries(more.secrets ?? { token: 't0ken' }).map(([field, value]) => [
    field,
    box.seal(value, integrationSecretPlace(tenant, id, field)),
  ]);
  await db.query(
    `insert into integrations (id, tenant_id, sink, config, secrets, active_from) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set config = excluded.config, secrets = excluded.secrets, held_until = null,
       held_reason = null, updated_at = now()`,
    [
      id,
      tenant,
      more.sink ?? 'probe',
      more.config ?? { url: 'http://127.0.0.1:1/' },
      Object.fromEntries(secrets),
      more.activeFrom ?? new Date(0),
    ],
  );
}

/** A record of an event, as the consumer hands it over. */
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
  } = {},
): InRecord {
  const type = more.type ?? escalated.type;
  const data = { conversation_id: more.key ?? id, ...more.data };
  return {
    topic: topics.escalations,
    partition: 0,
    offset: '0',
    key: Buffer.from(orderingKey(type, data, id)),
    value: more.value ?? Buffer.from(JSON.stringify({ event: type, data })),
    headers: encodeHeaders({
      id,
      type,
      source: '/webhooks/helpninja',
      tenantId: more.tenant ?? TENANT,
      ...(more.time === undefined ? {} : { time: more.time }),
    }),
    timestamp: (more.at ?? new Date()).getTime(),
  };
}

export interface Told {
  readonly logs: string[];
  readonly outcomes: string[];
  readonly unclaimed: string[];
  readonly effects: number[];
}

/** A runtime that writes down what it tells its observer. */
export function runtimeOf(db: Database, sinks: Sink[], timing: Partial<Timing> = quick) {
  const told: Told = { logs: [], outcomes: [], unclaimed: [], effects: [] };
  const observer: SinkObserver = {
    effect: (_sink, seconds) => told.effects.push(seconds),
    outcome: (_sink, _type, outcome) => told.outcomes.push(outcome),
    unclaimed: (_sink, type) => told.unclaimed.push(type),
  };
  const write = (fields: object, sentence: string) => told.logs.push(`${sentence} ${JSON.stringify(fields)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const http = new HttpClient();
  const runtime = new SinkRuntime({ sinks, db, box, http, logger, observer, timing });
  runtime.start();
  return {
    runtime,
    told,
    take: (records: InRecord[]) => runtime.intakeOf(sinks[0]?.name ?? '').take(records),
  };
}

/** A pool of its own in a suite's schema, through a wire that can be cut. */
export async function wired({
  env,
}: Suite): Promise<{ db: Database; cut(): void; mend(): void; end(): Promise<void> }> {
  const target = new URL(env.DATABASE_URL);
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(env.DATABASE_URL);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const db = createDatabase({ url: url.href, schema: env.DATABASE_SCHEMA, logger: quiet });
  return {
    db,
    cut() {
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      whole = true;
    },
    async end() {
      await db.close();
      server.close();
    },
  };
}

/** A database whose statements stand still while frozen, as those of a stopped process do. */
export function freezable(db: Database): Database & { freeze(): void; thaw(): void } {
  let gate = Promise.resolve();
  let open: () => void = () => undefined;
  const waiting =
    <Args extends unknown[], Result>(fn: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await gate;
      const result = await fn(...args);
      await gate;
      return result;
    };
  return {
    ...db,
    query: waiting(db.query) as Database['query'],
    transaction: waiting(db.transaction) as Database['transaction'],
    freeze() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    thaw: () => open(),
  };
}

/** The ledger's rows in order, as a test wants to see them. */
export function rows(db: Database): Promise<LedgerRowShown[]> {
  return db.query<LedgerRowShown>(
    `select event_id as event, integration_id as integration, state, attempts, calls, reason, reference,
       claimed_by is not null as claimed from delivery order by id`,
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
