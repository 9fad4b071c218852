// For the specs of this library: runtimes on a real database that each test has for itself.
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

/** Periods that are short enough for a test. */
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

/** A sink whose `deliver` is given by the spec. */
export function sinkThat(deliver: Deliver, name = 'probe', accepts: EventDefinition[] = [escalated]): Sink {
  return defineSink({ name, accepts, config, idempotency: 'none', deliver });
}

const escalated = conversationEscalated as unknown as EventDefinition;

/** What a runtime has logged and reported to its observer. */
export interface Observed {
  readonly logs: string[];
  readonly outcomes: string[];
  readonly unwanted: string[];
  readonly leftOut: string[];
  readonly effects: number[];
}

/** A started runtime, with everything that it logs and reports. */
export function runtimeOf(db: Database, sinks: Sink[], timing: Partial<Timing> = quick) {
  const observed: Observed = { logs: [], outcomes: [], unwanted: [], leftOut: [], effects: [] };
  const observer: SinkObserver = {
    effect: (_sink, seconds) => observed.effects.push(seconds),
    outcome: (_sink, _type, outcome) => observed.outcomes.push(outcome),
    unwanted: (_sink, type) => observed.unwanted.push(type),
    leftOut: (_sink, _type, field) => observed.leftOut.push(field),
  };
  const write = (fields: object, sentence: string) =>
    observed.logs.push(`${sentence} ${JSON.stringify(fields)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const http = outgoingHttp(loopback);
  const runtime = new SinkRuntime({ sinks, db, box, http, logger, observer, timing });
  runtime.start();
  return {
    runtime,
    observed,
    take: (records: InRecord[]) => runtime.intakeOf(sinks[0]?.name ?? '').take(records),
  };
}

export type Take = ReturnType<typeof runtimeOf>['take'];

/**
 * For a spec file: each test gets its own ledger with these integrations, and everything is stopped after it. Registers
 * the hooks; use the result inside tests only.
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
  const until = (matches: (state: string) => boolean) => (count: number) =>
    eventually(async () => {
      const all = await rows(s.database);
      expect(all.filter(({ state }) => matches(state))).toHaveLength(count);
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
    /** Called after the test, in reverse order. */
    endLater: (end: () => Promise<void>) => void ending.push(end),
    /** Starts a runtime on the ledger; it is stopped after the test. */
    start: (sinks: Sink[], timing?: Partial<Timing>) => startOn(s.database, sinks, timing),
    /** The same on another database connection. */
    startOn,
    /** Opens a connection that can be cut. */
    async openWire() {
      const wire = await cuttableDatabase(s);
      ending.push(wire.end);
      return wire;
    },
    /** Waits until `count` rows are no longer waiting; returns all rows. */
    settled: until((state) => state !== 'waiting'),
    /** Waits until `count` rows are delivered; returns all rows. */
    allDelivered: until((state) => state === 'delivered'),
    /** Waits for the first heartbeat: from then on rows are inserted as claimed. */
    untilClaiming: (take: Take) =>
      eventually(async () => {
        await take([record('first')]);
        const [row] = await rows(s.database);
        expect(row?.state).toBe('delivered');
      }),
  };
}
