// For the specs of this library: runtimes over a real database that each test has to itself, and records as the
// consumer hands them over.
import { conversationEscalated, type EventDefinition } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { addIntegration, box, record, rows } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import {
  type DeliveryOutcome,
  defineSink,
  type Sink,
  type SinkContext,
  type SinkEvent,
} from '@switchboard/sink';
import { cuttableDatabase, eventually, type Suite, suite } from '@switchboard/testing';
import { z } from 'zod';
import type { SinkObserver } from './observer.ts';
import { loopback, outgoingHttp } from './outgoing-http.ts';
import { SinkRuntime } from './runtime.ts';
import type { Timing } from './timing.ts';

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
      const wire = await cuttableDatabase(s);
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
