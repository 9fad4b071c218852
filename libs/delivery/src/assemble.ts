// Puts the parts of the delivery runtime of one process together.
import { randomUUID } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import {
  IntegrationStates,
  Ledger,
  Links,
  Slots,
  StepStore,
  WaitingRows,
  type WriteRetries,
} from '@switchboard/ledger';
import type { Database, SecretBox } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { attemptAll } from './attempt/attempt-batch.ts';
import { STOPS } from './attempt/sink-http.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { Lease } from './dispatch/lease.ts';
import { OrderLock } from './dispatch/order-lock.ts';
import { Recorder } from './dispatch/recorder.ts';
import { Intake } from './intake/intake.ts';
import { Jobs } from './jobs/jobs.ts';
import { runJob } from './jobs/run-job.ts';
import type { SinkObserver } from './observer.ts';
import { DueLoop } from './ownership/due-loop.ts';
import { Ownership } from './ownership/ownership.ts';
import { HealthStore } from './queue/health-store.ts';
import { IntegrationQueues } from './queue/integration-queues.ts';
import { settingsFor } from './queue/queue-settings.ts';
import { Integrations } from './settings/integrations.ts';
import { timing as defaultTiming, type Timing } from './timing.ts';
import { TokenKeeper } from './tokens/token-keeper.ts';
import { postgresTokens } from './tokens/token-store.ts';

/** What a runtime is made from. */
export interface RuntimeOptions {
  readonly sinks: readonly Sink[];
  readonly db: Database;
  readonly box: SecretBox;
  readonly http: Pick<HttpClient, 'request'>;
  readonly logger: Logger;
  readonly observer: SinkObserver;
  readonly timing?: Partial<Timing>;
}

/** The three stages of a stop. */
export class Shutdown {
  /** Aborted when the stop begins: no further call starts, and work that nobody waits for ends. */
  readonly begun = new AbortController();
  /** Aborted when the calls in flight must end. */
  readonly cutOff = new AbortController();
  /** Set to abandoned at the deadline: outcomes that are still not written are given up. */
  readonly writeRetries: WriteRetries = { abandoned: false };
}

/** The parts of a runtime. */
export interface RuntimeParts {
  readonly ledger: Ledger;
  readonly waiting: WaitingRows;
  readonly healthStore: HealthStore;
  readonly integrations: Integrations;
  readonly queues: IntegrationQueues;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly ownership: Ownership;
  readonly dueLoop: DueLoop;
  readonly jobs: Jobs;
  /** By the name of the sink. */
  readonly intakes: ReadonlyMap<string, Intake>;
  /** Connections for heartbeats alone: a statement that is blocked must not silence the process. */
  readonly heartbeats: Database;
  readonly timing: Timing;
}

/** A heartbeat without an answer by then is sent again, over another connection, before the lease ends. */
const HEARTBEAT_TIMEOUT_MS = 2_000;

/** Makes the parts. Nothing runs yet. */
export function assemble(options: RuntimeOptions, shutdown: Shutdown): RuntimeParts {
  const { db, box, http, logger, observer } = options;
  const { writeRetries } = shutdown;
  const sinks = new Map(options.sinks.map((sink) => [sink.name, sink]));
  const names = options.sinks.map(({ name }) => name);
  const instance = randomUUID();
  const timing = { ...defaultTiming, ...options.timing };
  const heartbeats = db.dedicated({ statementTimeoutMs: HEARTBEAT_TIMEOUT_MS });
  const ledger = new Ledger(db, instance, names);
  const slots = new Slots(db, heartbeats, instance, names, timing.silenceSeconds);
  const states = new IntegrationStates(db);
  const healthStore = new HealthStore(states);
  const integrations = new Integrations(db, box, options.sinks, logger);
  const orderLock = new OrderLock();
  const queues = new IntegrationQueues();
  const lease = new Lease({
    beat: () => slots.heartbeat(),
    silenceSeconds: timing.silenceSeconds,
    onLost: () => {
      for (const queue of queues.all()) queue.lanes.clear();
      logger.warn(
        {},
        'No heartbeat reached Postgres in time; rows in memory are left to the process that takes over.',
      );
    },
  });
  const tokens = new TokenKeeper(postgresTokens(db, box), http);
  const attemptDeps = {
    sinks,
    integrations,
    http,
    steps: new StepStore(ledger, writeRetries, logger),
    links: new Links(db, writeRetries, logger),
    tokens,
    logger,
    observer,
    signal: shutdown.cutOff.signal,
    // A delivery of several calls asks before each: its process may have been silent between two of them.
    callBarrier: () => {
      if (shutdown.begun.signal.aborted) return STOPS;
      return lease.holds() ? undefined : 'another process may have taken the delivery over';
    },
  };
  const jobs = new Jobs({
    db,
    sinks: names,
    instance,
    run: (job, signal) => runJob(job, { db, box, sinks, integrations, http, tokens, logger }, signal),
    logger,
  });
  const dispatcher = new Dispatcher({
    queues,
    lease,
    recorder: new Recorder({ ledger, orderLock, writeRetries, logger }),
    attempt: (rows) => attemptAll(rows, attemptDeps),
    observer,
    logger,
  });
  const ownership = new Ownership({
    slots,
    states,
    healthStore,
    ledger,
    orderLock,
    lease,
    queues,
    integrations,
    settingsOf: (integration) => settingsFor(integration, sinks.get(integration.sink), timing),
    logger,
  });
  const intakeParts = { ledger, orderLock, queues, lease, dispatcher, integrations, observer };
  return {
    ledger,
    waiting: new WaitingRows(db, names),
    healthStore,
    integrations,
    queues,
    lease,
    dispatcher,
    ownership,
    dueLoop: new DueLoop({ ledger, orderLock, queues, lease, dispatcher, ownership }),
    jobs,
    intakes: new Map(options.sinks.map((sink) => [sink.name, new Intake(sink, intakeParts)])),
    heartbeats,
    timing,
  };
}
