// The life of the delivery runtime of one process: start, what its host asks of it, and a stop in order.
import type { Ledger, WaitingRows } from '@switchboard/ledger';
import { assemble, type RuntimeOptions, type RuntimeParts, Shutdown } from './assemble.ts';
import { type BackgroundLoops, startLoops } from './background-loops.ts';
import type { Intake } from './intake/intake.ts';
import type { IntegrationQueues } from './queue/integration-queues.ts';
import { troublesOf } from './repeat.ts';
import type { Integrations } from './settings/integrations.ts';

/** The time before the deadline that is kept for writing the last outcomes, when calls had to be cut off. */
const RECORDING_MS = 2_000;
/** A sink that has not ended so long after the deadline ignores its signal. */
const GRACE_MS = 500;

/** Delivers for the sinks of one process. */
export class SinkRuntime {
  readonly ledger: Ledger;
  readonly waiting: WaitingRows;
  /** Resolves when this process first knows which integrations it owns. */
  readonly settled: Promise<void>;
  private readonly parts: RuntimeParts;
  private readonly queues: IntegrationQueues;
  private readonly shutdown = new Shutdown();
  private settle: () => void = () => undefined;
  private loops: BackgroundLoops | undefined;
  private ended: Promise<void> | undefined;

  constructor(private readonly options: RuntimeOptions) {
    this.parts = assemble(options, this.shutdown);
    this.ledger = this.parts.ledger;
    this.waiting = this.parts.waiting;
    this.queues = this.parts.queues;
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Starts the loops. Nothing is claimed before the first heartbeat has reached Postgres. */
  start(): void {
    const { db, sinks, logger } = this.options;
    const stopping = this.shutdown.begun.signal;
    this.loops = startLoops(this.parts, { db, sinks, logger, stopping, onOwnership: () => this.settle() });
  }

  /** Kafka has assigned partitions to this process: rows of their keys that others took in may wait in the ledger. */
  assigned(): void {
    for (const queue of this.queues.all()) queue.backlog.invalidate();
  }

  /** How many integrations that this process owns have rejected many events in a row. */
  rejecting(): number {
    return this.queues.all().filter(({ health }) => health.isRejecting).length;
  }

  /** How many integrations in use have secrets, and for how many of these ENCRYPTION_KEY lacks the key. */
  secrets(): ReturnType<Integrations['secrets']> {
    return this.parts.integrations.secrets();
  }

  /** The loops that have failed for long, each in words. While one of `needed` fails, nothing is delivered. */
  failingLoops(): { readonly needed: readonly string[]; readonly others: readonly string[] } {
    const { loops } = this;
    if (loops === undefined) return { needed: [], others: [] };
    return { needed: troublesOf(loops.needed), others: troublesOf([loops.upkeep, ...loops.others]) };
  }

  /** The intake of a sink that is hosted here. Throws RangeError for another sink. */
  intakeOf(sink: string): Intake {
    const intake = this.parts.intakes.get(sink);
    if (intake === undefined) throw new RangeError(`taking events in: sink ${sink} is not hosted here`);
    return intake;
  }

  /**
   * Ends the runtime, after its intakes get no more records. Calls in flight may finish until the deadline, their outcomes
   * are written, and all other claimed rows are released. A row whose sink has not ended at the deadline is released too:
   * its outcome is unknown, and the next owner repeats it.
   */
  stop(deadlineMs: number): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  private async end(deadlineMs: number): Promise<void> {
    const { queues, shutdown } = this;
    const { logger } = this.options;
    const { dispatcher, jobs, healthStore, ownership, heartbeats } = this.parts;
    shutdown.begun.abort();
    const drained = dispatcher.stop().then(() => true);
    const jobsEnded = jobs.stop();
    const cutOff = setTimeout(() => shutdown.cutOff.abort(), Math.max(0, deadlineMs - RECORDING_MS));
    const giveUp = setTimeout(() => {
      shutdown.writeRetries.abandoned = true;
    }, deadlineMs);
    let last: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      last = setTimeout(resolve, deadlineMs + GRACE_MS, false);
    });
    await this.loops?.due.stop();
    for (const queue of queues.all()) queue.lanes.clear();
    if (!(await Promise.race([drained, late]))) {
      logger.warn(
        { delivery_ids: queues.known() },
        'Deliveries did not end before the deadline; the next owner repeats them.',
      );
    }
    for (const timer of [cutOff, giveUp]) clearTimeout(timer);
    const loops = [...(this.loops?.needed ?? []), ...(this.loops?.others ?? [])];
    await Promise.all([jobsEnded, ...loops.map((loop) => loop.stop())]);
    // The statements of the upkeep have no time limit: on a broken connection they would never end.
    const upkeepEnded = Promise.resolve(this.loops?.upkeep.stop()).then(() => true);
    if (!(await Promise.race([upkeepEnded, late])))
      logger.warn(
        {},
        'The upkeep of the ledger did not end before the deadline; Postgres rolls its step back.',
      );
    clearTimeout(last);
    const warn = (sentence: string) => (error: unknown) =>
      logger.warn({ error_message: String(error) }, sentence);
    await healthStore
      .store(queues.all())
      .catch(warn('The health of integrations could not be stored at the end.'));
    // When this fails, the next owner takes over after the silence, as after a crash.
    await ownership.end().catch(warn('Claims could not be released at the end.'));
    await heartbeats.close();
  }
}
