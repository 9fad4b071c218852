// The delivery runtime of one process: the parts put together, started and ended in order. No framework here.
import { randomUUID } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import type { Database, SecretBox } from '@switchboard/postgres';
import { attempt } from './attempt.ts';
import type { Sink } from './define-sink.ts';
import { Dispatcher } from './dispatcher.ts';
import { type DueParts, dueTurn } from './due-loop.ts';
import { Gate } from './gate.ts';
import { Intake } from './intake.ts';
import { Integrations } from './integrations.ts';
import { Lanes } from './lanes.ts';
import { Lease } from './lease.ts';
import { Ledger } from './ledger.ts';
import type { SinkObserver } from './observer.ts';
import type { Persistence } from './persist.ts';
import { Recorder } from './recorder.ts';
import { type Repeating, repeat } from './repeat.ts';
import { StepStore } from './step-store.ts';
import { type Timing, timing as defaultTiming } from './timing.ts';

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

/** Delivers for the sinks of one process. */
export class SinkRuntime {
  readonly ledger: Ledger;
  private readonly intakes: ReadonlyMap<string, Intake>;
  private readonly parts: DueParts;
  private readonly lanes = new Lanes();
  private readonly integrations: Integrations;
  private readonly persistence: Persistence = { abandoned: false };
  private readonly ending = new AbortController();
  private stopping = false;
  private readonly timing: Timing;
  private readonly logger: Logger;
  private due: Repeating | undefined;
  private loops: Repeating[] = [];

  constructor(options: RuntimeOptions) {
    const { sinks, db, box, http, logger, observer } = options;
    const { lanes, persistence } = this;
    const gate = new Gate();
    this.logger = logger;
    this.timing = { ...defaultTiming, ...options.timing };
    this.ledger = new Ledger(
      db,
      randomUUID(),
      sinks.map(({ name }) => name),
      this.timing,
    );
    this.integrations = new Integrations(db, box, sinks, logger);
    const { ledger, timing } = this;
    const lease = new Lease({
      beat: () => ledger.beat(),
      silenceSeconds: timing.silenceSeconds,
      onLost: () => {
        lanes.clear();
        logger.warn(
          {},
          'No heartbeat reached Postgres in time; rows in memory are given up to whoever is next.',
        );
      },
    });
    const workshop = {
      sinks: new Map(sinks.map((sink) => [sink.name, sink])),
      integrations: this.integrations,
      http,
      steps: new StepStore(ledger, persistence, logger),
      logger,
      signal: this.ending.signal,
      stopping: () => this.stopping,
    };
    const recorder = new Recorder({ ledger, gate, lanes, persistence, logger });
    const dispatcher = new Dispatcher({
      lanes,
      lease,
      recorder,
      attempt: (row) => attempt(row, workshop),
      timing,
      observer,
      logger,
    });
    this.parts = { ledger, gate, lanes, lease, dispatcher };
    this.intakes = new Map(
      sinks.map((sink) => [
        sink.name,
        new Intake(sink, { ...this.parts, integrations: this.integrations, observer }),
      ]),
    );
  }

  /** Starts the loops. Nothing is claimed before the first heartbeat reached Postgres. */
  start(): void {
    const { parts, ledger, timing, logger } = this;
    const loop = (name: string, everyMs: number, turn: () => Promise<boolean>) =>
      repeat(name, everyMs, turn, logger);
    this.due = loop('due', timing.dueMs, () => dueTurn(parts));
    this.loops = [
      loop('heartbeat', timing.beatMs, async () => {
        await parts.lease.renew();
        return false;
      }),
      loop('catalog', timing.announceMs, async () => {
        await ledger.announce();
        return false;
      }),
      loop('integrations', timing.refreshMs, () => this.refresh()),
      loop('expiry', timing.expireMs, async () => {
        const rows = await ledger.expire(timing);
        if (rows > 0) logger.warn({ rows }, 'Deliveries waited too long and are dead.');
        return false;
      }),
    ];
  }

  /** The intake of a sink hosted here. */
  intakeOf(sink: string): Intake {
    const intake = this.intakes.get(sink);
    if (intake === undefined) throw new RangeError(`taking events in: no sink ${sink} is hosted here`);
    return intake;
  }

  /**
   * Ends the runtime, once its intakes get nothing more: calls under way may finish until the deadline, outcomes are
   * written, everything else that was claimed is given back.
   */
  async stop(deadlineMs: number): Promise<void> {
    const { dispatcher } = this.parts;
    this.stopping = true;
    const drained = dispatcher.stop();
    const cut = setTimeout(() => this.ending.abort(), Math.max(0, deadlineMs - RECORDING_MS));
    const giveUp = setTimeout(() => {
      this.persistence.abandoned = true;
    }, deadlineMs);
    await this.due?.stop();
    this.lanes.clear();
    await drained;
    clearTimeout(cut);
    clearTimeout(giveUp);
    await Promise.all(this.loops.map((loop) => loop.stop()));
    await this.ledger.leave().catch((error: unknown) => {
      // Whoever is next takes over after the silence, as after a crash.
      this.logger.warn({ error_message: String(error) }, 'Claims could not be given back at the end.');
    });
  }

  private async refresh(): Promise<boolean> {
    await this.integrations.refresh();
    const unusable = this.integrations.unusable();
    if (unusable.size > 0) await this.ledger.hold(unusable);
    return false;
  }
}
