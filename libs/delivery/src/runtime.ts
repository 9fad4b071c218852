// The delivery runtime of one process: the parts put together, started and ended in order. No framework here.
import { randomUUID } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import {
  announce,
  cleanLinks,
  DYING_PER_CALL,
  keepPartitions,
  Ledger,
  LINKS_PER_CALL,
  Links,
  type Persistence,
  Slots,
  States,
  StepStore,
  Waiting,
} from '@switchboard/ledger';
import type { Database, SecretBox } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { attemptAll } from './attempt/attempt-batch.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { Lease } from './dispatch/lease.ts';
import { OrderLock } from './dispatch/order-lock.ts';
import { Recorder } from './dispatch/recorder.ts';
import { Intake } from './intake/intake.ts';
import { catalogEntry } from './settings/catalog-entry.ts';
import { Jobs } from './jobs/jobs.ts';
import { runJob } from './jobs/run-job.ts';
import type { SinkObserver } from './observer.ts';
import { DueLoop, type DueParts } from './ownership/due-loop.ts';
import { Ownership } from './ownership/ownership.ts';
import { storeHealth } from './queue/health-changes.ts';
import { IntegrationQueues } from './queue/integration-queues.ts';
import { settingsFor } from './queue/queue-settings.ts';
import { type Repeating, repeat } from './repeat.ts';
import { Integrations } from './settings/integrations.ts';
import { timing as defaultTiming, type Timing } from './timing.ts';
import { postgresTokens } from './tokens/token-store.ts';
import { TokenKeeper } from './tokens/token-keeper.ts';

export interface RuntimeOptions {
  readonly sinks: readonly Sink[];
  readonly db: Database;
  readonly box: SecretBox;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly observer: SinkObserver;
  readonly timing?: Partial<Timing>;
}

/** What is kept for writing the last outcomes when calls had to be cut off. */
const RECORDING_MS = 2_000;
/** A sink that has not ended so long after the deadline ignores its signal. */
const GRACE_MS = 500;
/** A heartbeat that is not answered by then is sent anew, over another connection, before the lease ends. */
const BEAT_TIMEOUT_MS = 2_000;

/** Delivers for the sinks of one process. */
export class SinkRuntime {
  readonly ledger: Ledger;
  readonly waiting: Waiting;
  private readonly intakes: ReadonlyMap<string, Intake>;
  private readonly parts: DueParts;
  private readonly slots: Slots;
  private readonly states: States;
  private readonly jobs: Jobs;
  private readonly db: Database;
  private readonly beating: Database;
  private readonly sinks: readonly Sink[];
  private readonly queues = new IntegrationQueues();
  private readonly integrations: Integrations;
  private readonly persistence: Persistence = { abandoned: false };
  private readonly ending = new AbortController();
  /** Aborted when a stop begins: what nobody waits for ends at once. */
  private readonly leaving = new AbortController();
  private stopping = false;
  private ended: Promise<void> | undefined;
  private readonly timing: Timing;
  private readonly logger: Logger;
  private settle: () => void = () => undefined;
  /** Resolves when this process first knows which integrations are its own. */
  readonly settled = new Promise<void>((resolve) => {
    this.settle = resolve;
  });
  private due: Repeating | undefined;
  private loops: Repeating[] = [];
  private upkeep: Repeating | undefined;
  private upkeepDueAt = Number.NEGATIVE_INFINITY;

  constructor(options: RuntimeOptions) {
    const { sinks, db, box, http, logger, observer } = options;
    const { queues, persistence } = this;
    const names = sinks.map(({ name }) => name);
    const instance = randomUUID();
    const orderLock = new OrderLock();
    this.logger = logger;
    this.db = db;
    this.beating = db.dedicated({ statementTimeoutMs: BEAT_TIMEOUT_MS });
    this.sinks = sinks;
    this.timing = { ...defaultTiming, ...options.timing };
    this.ledger = new Ledger(db, instance, names);
    this.waiting = new Waiting(db, names);
    this.slots = new Slots(db, this.beating, instance, names, this.timing.silenceSeconds);
    this.states = new States(db);
    this.integrations = new Integrations(db, box, sinks, logger);
    const { ledger, timing, slots, states, integrations } = this;
    const lease = new Lease({
      beat: () => slots.beat(),
      silenceSeconds: timing.silenceSeconds,
      onLost: () => {
        for (const queue of queues.all()) queue.lanes.clear();
        logger.warn(
          {},
          'No heartbeat reached Postgres in time; rows in memory are given up to whoever is next.',
        );
      },
    });
    const byName = new Map(sinks.map((sink) => [sink.name, sink]));
    const deps = {
      sinks: byName,
      integrations,
      http,
      steps: new StepStore(ledger, persistence, logger),
      links: new Links(db, persistence, logger),
      tokens: new TokenKeeper(postgresTokens(db, box), http),
      logger,
      observer,
      signal: this.ending.signal,
      stopping: () => this.stopping,
    };
    const { tokens } = deps;
    this.jobs = new Jobs({
      db,
      sinks: names,
      instance,
      run: (job, signal) =>
        runJob(job, { db, box, sinks: byName, integrations, http, tokens, logger }, signal),
      logger,
    });
    const recorder = new Recorder({ ledger, orderLock, persistence, logger });
    const dispatcher = new Dispatcher({
      queues,
      lease,
      recorder,
      attempt: (rows) => attemptAll(rows, deps),
      observer,
      logger,
    });
    const ownership = new Ownership({
      slots,
      states,
      ledger,
      orderLock,
      lease,
      queues,
      integrations,
      settingsOf: (known) => settingsFor(known, byName.get(known.sink), timing),
      logger,
    });
    this.parts = { ledger, orderLock, queues, lease, dispatcher, ownership };
    this.intakes = new Map(
      sinks.map((sink) => [sink.name, new Intake(sink, { ...this.parts, integrations, observer })]),
    );
  }

  /** Starts the loops. Nothing is claimed before the first heartbeat reached Postgres. */
  start(): void {
    const { parts, waiting, timing, logger, integrations } = this;
    const due = new DueLoop(parts);
    const loop = (name: string, everyMs: number, turn: () => Promise<void>) =>
      repeat(name, everyMs, () => turn().then(() => undefined), logger);
    this.due = repeat('due', timing.dueMs, async () => (await due.turn()) * 1000, logger);
    this.upkeep = loop('upkeep', timing.upkeepAgainMs, () => this.keepUp());
    this.loops = [
      loop('heartbeat', timing.beatMs, () => parts.lease.renew()),
      loop('ownership', timing.beatMs, async () => {
        await integrations.refresh();
        await integrations.forgetDeleted();
        await parts.ownership.turn();
        this.settle();
        parts.dispatcher.schedule();
      }),
      loop('catalog', timing.announceMs, () => announce(this.db, this.sinks.map(catalogEntry))),
      loop('jobs', timing.jobsMs, () => this.jobs.turn()),
      loop('old jobs', timing.expireMs, () => this.jobs.clean()),
      loop('health', timing.healthMs, () => storeHealth(parts.queues.all(), this.states)),
      repeat(
        'expiry',
        timing.expireMs,
        async () => {
          const rows = await waiting.expire(timing);
          if (rows > 0) logger.warn({ rows }, 'Deliveries waited too long and are dead.');
          const orphans = await waiting.endOrphans();
          if (orphans > 0) logger.warn({ rows: orphans }, 'Deliveries of deleted integrations are dead.');
          // As long as a dead delivery, which may be replayed and need them.
          const links = await cleanLinks(this.db, timing.deadDays);
          const more = Math.max(rows, orphans) >= DYING_PER_CALL || links >= LINKS_PER_CALL;
          return more ? 0 : undefined;
        },
        logger,
      ),
    ];
  }

  /** One turn of the ledger's upkeep, where one is due. One that fails, or is another process's, is still due. */
  private async keepUp(): Promise<void> {
    if (performance.now() < this.upkeepDueAt) return;
    const { db, timing, logger } = this;
    const done = await keepPartitions(db, timing, new Date(), { signal: this.leaving.signal });
    if (done === undefined) return;
    if (done.made.length + done.dropped.length + done.deleted > 0)
      logger.info({ ...done }, 'Ledger partitions created, dropped and cleaned.');
    if (done.refusing.length === 0) this.upkeepDueAt = performance.now() + timing.upkeepMs;
    else
      logger.warn(
        { refusing: done.refusing },
        'Tables of the ledger refuse rows of a day: something holds a lock on them for long. Trying again soon.',
      );
  }

  /** Partitions have moved to this process: rows that others took in may wait for the keys in them. */
  assigned(): void {
    for (const queue of this.queues.all()) queue.backlog.invalidate();
  }

  /** How many integrations that this process owns reject one event after the other. */
  rejecting(): number {
    return this.queues.all().filter(({ health }) => health.isRejecting).length;
  }

  /** The intake of a sink hosted here. */
  intakeOf(sink: string): Intake {
    const intake = this.intakes.get(sink);
    if (intake === undefined) throw new RangeError(`taking events in: no sink ${sink} is hosted here`);
    return intake;
  }

  /**
   * Ends the runtime, once its intakes get nothing more: calls under way may finish until the deadline, outcomes are
   * written, everything else that was claimed is given back. So is what a sink holds on to beyond the deadline: what
   * became of it is unknown, and the next owner repeats it.
   */
  stop(deadlineMs: number): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  private async end(deadlineMs: number): Promise<void> {
    const { dispatcher } = this.parts;
    this.stopping = true;
    this.leaving.abort();
    const drained = dispatcher.stop().then(() => true);
    const jobsEnded = this.jobs.stop();
    const cut = setTimeout(() => this.ending.abort(), Math.max(0, deadlineMs - RECORDING_MS));
    const giveUp = setTimeout(() => {
      this.persistence.abandoned = true;
    }, deadlineMs);
    let last: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      last = setTimeout(resolve, deadlineMs + GRACE_MS, false);
    });
    await this.due?.stop();
    for (const queue of this.queues.all()) queue.lanes.clear();
    if (!(await Promise.race([drained, late]))) {
      this.logger.warn(
        { delivery_ids: this.queues.known() },
        'Deliveries did not end when they had to; whoever is next repeats them.',
      );
    }
    for (const timer of [cut, giveUp]) clearTimeout(timer);
    await Promise.all([jobsEnded, ...this.loops.map((loop) => loop.stop())]);
    // The statements of the upkeep have no time limit: on a broken connection they would never end.
    const kept = Promise.resolve(this.upkeep?.stop()).then(() => true);
    if (!(await Promise.race([kept, late])))
      this.logger.warn({}, 'The upkeep of the ledger did not end when it had to; Postgres undoes its step.');
    clearTimeout(last);
    const told = (sentence: string) => (error: unknown) =>
      this.logger.warn({ error_message: String(error) }, sentence);
    await storeHealth(this.queues.all(), this.states).catch(
      told('How integrations are could not be stored at the end.'),
    );
    // Whoever is next takes over after the silence, as after a crash.
    await this.parts.ownership.end().catch(told('Claims could not be given back at the end.'));
    await this.beating.close();
  }
}
