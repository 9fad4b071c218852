// A simulated process of a sink service, inside this process: a runtime, and a connection to Postgres with faults.
// After a kill, nothing that it does counts.
import { setTimeout as sleep } from 'node:timers/promises';
import { SinkRuntime } from '@switchboard/delivery';
import { HttpClient, parseAllowList } from '@switchboard/egress';
import { createDatabase, type Database, type SecretBox } from '@switchboard/postgres';
import type { Call, Life } from './history.ts';
import { noteCalls } from './note-calls.ts';
import { type DatabaseFault, kindOf } from './plan.ts';
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';
import { probeSink } from './probe-sink.ts';

/** Where a process works. */
export interface Site {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly sinkName: string;
  readonly vendorUrl: string;
  readonly stepsEvery: number;
  readonly box: SecretBox;
  /** The number of this moment. */
  readonly now: () => number;
  readonly note: (call: Call) => void;
}

type Intake = ReturnType<SinkRuntime['intakeOf']>;

/** Short enough for thousands of runs; a silence is long enough for a busy machine. */
const TIMING = {
  holdSeconds: 0.3,
  silenceSeconds: 2,
  beatMs: 200,
  dueMs: 20,
  healthMs: 100,
  expireMs: 60_000,
  jobsMs: 60_000,
};
/**
 * A heartbeat that is sent so late may have reached Postgres after others took over: this machine has no time for us.
 */
const LATE_BEAT_MS = (TIMING.silenceSeconds * 1000) / 2;
const FROZEN_MS = 2_600;
const STOP_MS = 5_000;
const SETTLE_MS = 3_000;

/** One process from its start to its end. */
export class DeliveryProcess implements Life {
  private readonly known: number[] = [];
  private dead = false;
  private die: () => void = () => undefined;
  /** Resolves when it is killed. */
  readonly death = new Promise<void>((resolve) => {
    this.die = resolve;
  });
  private readonly intake: Intake;

  private constructor(
    private readonly site: Site,
    private readonly proxy: PostgresProxy,
    private readonly database: Database,
    private readonly http: HttpClient,
    life: number,
    /** Moments of heartbeats that were late. */
    private readonly late: readonly number[],
  ) {
    const note = (_fields: object, sentence: string) => {
      // Said when it notices that its lease has ended.
      if (/heartbeat/i.test(sentence)) this.known.push(site.now());
    };
    const isDead = () => this.dead;
    const sink = probeSink(site.sinkName, site.vendorUrl, site.stepsEvery, { isDead });
    this.runtime = new SinkRuntime({
      sinks: [sink],
      db: database,
      box: site.box,
      http: noteCalls(http, { life, isDead, now: site.now, note: site.note }),
      logger: { debug: note, info: note, warn: note, error: note },
      observer: {
        effect: () => undefined,
        outcome: () => undefined,
        leftOut: () => undefined,
        unwanted: () => undefined,
      },
      timing: TIMING,
    });
    this.intake = this.runtime.intakeOf(site.sinkName);
    this.runtime.start();
  }

  private readonly runtime: SinkRuntime;

  /** Starts one; `life` is its number, `faults` what is done to its statements. */
  static async start(site: Site, life: number, faults: readonly DatabaseFault[]): Promise<DeliveryProcess> {
    const late: number[] = [];
    let beatAt = Number.POSITIVE_INFINITY;
    const noteBeat = () => {
      const now = performance.now();
      if (now - beatAt > LATE_BEAT_MS) late.push(site.now());
      beatAt = now;
    };
    const counts = new Map<string, number>();
    const url = new URL(site.databaseUrl);
    const proxy = await startPostgresProxy(Number(url.port), (text) => {
      if (text.includes('set heartbeat_at')) noteBeat();
      const kinds = [kindOf(text), 'any'];
      for (const kind of new Set(kinds)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return faults.find(({ statement, nth }) => kinds.includes(statement) && counts.get(statement) === nth)
        ?.harm;
    });
    url.port = String(proxy.port);
    const quiet = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    const database = createDatabase({ url: url.href, schema: site.schema, logger: quiet });
    const http = new HttpClient({
      guard: { allow: parseAllowList('127.0.0.0/8') },
      connectionsPerOrigin: 512,
    });
    const started = new DeliveryProcess(site, proxy, database, http, life, late);
    // As the service does: what is taken in before it owns anything is not claimed.
    await Promise.race([started.runtime.settled, sleep(SETTLE_MS)]);
    return started;
  }

  /** When it may have lost what it owned. */
  get losses(): readonly number[] {
    return [...this.known, ...this.late];
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** As its consumer does with a chunk of one partition. */
  take(...args: Parameters<Intake['take']>): ReturnType<Intake['take']> {
    return this.intake.take(...args);
  }

  /** Partitions have come to it. */
  assigned(): void {
    this.runtime.assigned();
  }

  /** Simulates SIGKILL: no statement of it arrives any more, and nothing that its calls bring is seen. */
  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.known.push(this.site.now());
    this.proxy.kill();
    this.die();
  }

  /** Simulates SIGSTOP for longer than others wait: its connections to Postgres are held. */
  async freeze(): Promise<void> {
    this.known.push(this.site.now());
    this.proxy.freeze();
    await Promise.race([sleep(FROZEN_MS), this.death]);
    this.known.push(this.site.now());
    this.proxy.thaw();
  }

  /** A clean stop, as SIGTERM causes it, or what is left to do after a kill. */
  async end(): Promise<void> {
    await this.runtime.stop(this.dead ? 0 : STOP_MS);
    await this.http.close();
    await this.proxy.close();
    await this.database.close();
  }
}
