// For the specs of this library: runtimes over a real database that each test has to itself, and records as the
// consumer hands them over.
import {
  conversationEscalated,
  type EventDefinition,
  encodeHeaders,
  isOperation,
  orderingKey,
  topics,
} from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { type Database, integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { z } from 'zod';
import { defineSink, type Sink, type SinkContext, type SinkEvent } from './author/define-sink.ts';
import type { DeliveryOutcome } from './author/outcome.ts';
import type { SinkObserver } from './delivery/observer.ts';
import { SinkRuntime } from './delivery/runtime.ts';
import type { Timing } from './delivery/timing.ts';
import { loopback, outgoingHttp } from './outgoing-http.ts';
import { wired } from './test-database.ts';

export const TENANT = 'acme';
export const box = new SecretBox([Buffer.alloc(32, 7)]);

/** Periods short enough for a test; the schedule keeps its shape. */
export const quick: Partial<Timing> = {
  holdSeconds: 1,
  silenceSeconds: 2,
  beatMs: 200,
  dueMs: 20,
  healthMs: 100,
  jobsMs: 20,
};

const config = z.object({ url: z.url(), token: z.string().meta({ secret: true }) });
type Deliver = (event: SinkEvent, ctx: SinkContext<z.output<typeof config>>) => Promise<DeliveryOutcome>;

/** A sink that does what the spec says. */
export function sinkThat(deliver: Deliver, name = 'probe', accepts: EventDefinition[] = [escalated]): Sink {
  return defineSink({ name, accepts, config, idempotency: 'none', deliver });
}

const escalated = conversationEscalated as unknown as EventDefinition;

/** Three attempts, at ten times the usual pace, and a breaker that stays closed. */
export const fast = {
  retry: { first_seconds: 0.2, attempts: 3 },
  breaker: { failures: 10_000, minimum_calls: 10_000 },
};

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
    traceparent?: string;
  } = {},
): InRecord {
  const type = more.type ?? escalated.type;
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

export interface Told {
  readonly logs: string[];
  readonly outcomes: string[];
  readonly unclaimed: string[];
  readonly leftOut: string[];
  readonly effects: number[];
}

/** A runtime that writes down what it tells its observer. */
export function runtimeOf(db: Database, sinks: Sink[], timing: Partial<Timing> = quick) {
  const told: Told = { logs: [], outcomes: [], unclaimed: [], leftOut: [], effects: [] };
  const observer: SinkObserver = {
    effect: (_sink, seconds) => told.effects.push(seconds),
    outcome: (_sink, _type, outcome) => told.outcomes.push(outcome),
    unclaimed: (_sink, type) => told.unclaimed.push(type),
    leftOut: (_sink, _type, field) => told.leftOut.push(field),
  };
  const write = (fields: object, sentence: string) => told.logs.push(`${sentence} ${JSON.stringify(fields)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const http = outgoingHttp(loopback);
  const runtime = new SinkRuntime({ sinks, db, box, http, logger, observer, timing });
  runtime.start();
  return {
    runtime,
    told,
    take: (records: InRecord[]) => runtime.intakeOf(sinks[0]?.name ?? '').take(records),
  };
}

/** The ledger's rows in order, as a test wants to see them. */
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

export type Take = ReturnType<typeof runtimeOf>['take'];

/**
 * For a spec file: each of its tests gets a ledger of its own, with these integrations, and leaves nothing behind.
 * Registers the hooks; to be used inside tests.
 */
export function freshLedger(...integrations: string[]) {
  let s: Suite;
  const ending: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    s = await suite({ topics: false });
    for (const id of integrations) await addIntegration(s.database, id);
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    await s.end();
  });
  const until = (concerns: (state: string) => boolean) => (count: number) =>
    eventually(async () => {
      const all = await rows(s.database);
      expect(all.filter(({ state }) => concerns(state))).toHaveLength(count);
      return all;
    });
  const startOn = (db: Database, sinks: Sink[], timing?: Partial<Timing>) => {
    const started = runtimeOf(db, sinks, timing);
    ending.push(() => started.runtime.stop(5_000));
    return started;
  };
  return {
    get db() {
      return s.database;
    },
    /** Ended after the test, the last one first. */
    endLater: (end: () => Promise<void>) => void ending.push(end),
    /** A runtime on the ledger that is stopped after the test. */
    start: (sinks: Sink[], timing?: Partial<Timing>) => startOn(s.database, sinks, timing),
    /** The same on a connection of the test's own. */
    startOn,
    /** A connection that can be cut. */
    async openWire() {
      const wire = await wired(s);
      ending.push(wire.end);
      return wire;
    },
    /** The rows, once so many of them do not wait any more. */
    settled: until((state) => state !== 'waiting'),
    /** The rows, once so many of them are delivered. */
    allDelivered: until((state) => state === 'delivered'),
    /** Waits until rows are in the ledger as claimed: the runtime has had its first heartbeat. */
    untilClaiming: (take: Take) =>
      eventually(async () => {
        await take([record('first')]);
        const [row] = await rows(s.database);
        expect(row?.state).toBe('delivered');
      }),
  };
}
