// Makes an accepted event durable: in Kafka, or in the spool while Kafka is away. While the spool holds events, new events
// go to the spool too, so that a key stays in order (docs/decisions/0020-order-and-the-spool.md).
import { InfrastructureError, type Logger, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import { type Database, StatementRefusedError } from '@switchboard/postgres';
import type { AcceptedEvent } from './accept.ts';
import { drainSpool } from './drain.ts';
import type { Spool, SpooledEvent } from './spool.ts';

const TURN_MS = 250;
// After a failed turn the pause is longer: a replica that cannot reach Kafka must leave the drain lock to one that can.
const FAILED_TURN_MS = 1_000;
/** How long a stop waits for the current turn, whose send may take longer than the process has time to stop. */
const STOP_MS = 2_000;

/** Where the next event goes: `nowhere` when older events wait in a spool that cannot be reached. */
export type Destination = 'kafka' | 'spool' | 'nowhere';

/** Appends accepted events and empties the spool when Kafka answers again. */
export class DurableLog {
  readonly #producer: KafkaProducer;
  readonly #spool: Spool;
  readonly #database: Database;
  readonly #logger: Logger;
  #spooling = true;
  // The spool may hold accepted events, which later events must not overtake.
  #mayHold = false;
  #spoolWrites = 0;
  #runningSpoolWrites = 0;
  #fault: string | undefined;
  #stopping = false;
  #loop: Promise<void> | undefined;
  #wake: () => void = () => {};

  constructor(producer: KafkaProducer, spool: Spool, database: Database, logger: Logger) {
    this.#producer = producer;
    this.#spool = spool;
    this.#database = database;
    this.#logger = logger;
  }

  /** True while events go to the spool. */
  get spooling(): boolean {
    return this.#spooling;
  }

  get destination(): Destination {
    if (!this.#spooling) return 'kafka';
    return this.#fault !== undefined && this.#mayHold ? 'nowhere' : 'spool';
  }

  /** Why the last turn could not read the spool; undefined when it could. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Resolves when the event is durable; throws InfrastructureError when nothing durable is reachable. */
  async append(event: AcceptedEvent): Promise<void> {
    if (!this.#spooling) {
      try {
        await this.#producer.send(toRecord(event));
        return;
      } catch (error) {
        if (!(error instanceof InfrastructureError)) throw error;
        this.#enterSpool(error);
      }
    }
    try {
      await this.#addToSpool(event);
    } catch (error) {
      if (this.#mayHold) throw unwritten(error);
      // The spool is empty and cannot be written to. Only Kafka is left, which may be back.
      await this.#producer.send(toRecord(event));
      this.#leaveSpool('Postgres is away; events go to Kafka again.');
    }
  }

  /**
   * Checks once whether the spool holds events, then watches and drains it in the background. While Postgres is away this
   * is unknown: events go to Kafka until the spool is known to hold some.
   */
  async start(): Promise<void> {
    try {
      await this.#holdsNothing();
    } catch (error) {
      if (!(error instanceof InfrastructureError)) throw error;
      this.#logFault(error, error.message);
      this.#leaveSpool('It is unknown whether the spool holds events; events go to Kafka.');
    }
    this.#loop = this.#run();
  }

  /** Stops the loop. Waits at most two seconds for its current turn; unsent events stay in the spool. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([this.#loop, late]);
    clearTimeout(limit);
  }

  #enterSpool(cause: InfrastructureError): void {
    if (this.#spooling) return;
    this.#spooling = true;
    this.#logger.warn({ error_message: cause.message }, 'Kafka is away; events go to the spool.');
  }

  #leaveSpool(sentence: string): void {
    if (!this.#spooling || this.#mayHold) return;
    this.#spooling = false;
    this.#logger.info({}, sentence);
  }

  async #addToSpool(event: AcceptedEvent): Promise<void> {
    this.#spoolWrites += 1;
    this.#runningSpoolWrites += 1;
    try {
      await this.#spool.add(event);
      this.#spooling = true;
      this.#mayHold = true;
    } finally {
      this.#runningSpoolWrites -= 1;
    }
  }

  async #run(): Promise<void> {
    let pause = TURN_MS;
    while (!this.#stopping) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, pause);
      });
      pause = (await this.#turn()) ? TURN_MS : FAILED_TURN_MS;
    }
  }

  /** False when Kafka or Postgres is away, or Postgres refuses a statement: the events wait for a later turn. */
  async #turn(): Promise<boolean> {
    try {
      await this.#spool.bringBack();
      await this.#drainIfNeeded();
      this.#clearFault();
      return true;
    } catch (error) {
      const { message } = error as Error;
      // A failure of Kafka comes only after the spool was read.
      const isKafkaFailure = error instanceof InfrastructureError && error.code.startsWith('KAFKA');
      if (isKafkaFailure) this.#clearFault();
      else if (this.#fault === undefined) this.#logFault(error, message);
      return false;
    }
  }

  #clearFault(): void {
    if (this.#fault !== undefined) this.#logger.info({}, 'The spool can be read again.');
    this.#fault = undefined;
  }

  #logFault(error: unknown, message: string): void {
    this.#fault = message;
    const isAway = error instanceof InfrastructureError && !(error instanceof StatementRefusedError);
    const level = isAway ? 'warn' : 'error';
    this.#logger[level]({ error_message: message }, 'The spool cannot be read; retrying.');
  }

  async #drainIfNeeded(): Promise<void> {
    if (await this.#holdsNothing()) return;
    await drainSpool({
      database: this.#database,
      spool: this.#spool,
      logger: this.#logger,
      send: (events) => this.#producer.sendMany(events.map(toRecord)),
      stopping: () => this.#stopping,
    });
    await this.#holdsNothing();
  }

  async #holdsNothing(): Promise<boolean> {
    const writes = this.#spoolWrites;
    const quiet = this.#runningSpoolWrites === 0;
    const empty = await this.#spool.isEmpty();
    // Events of other replicas count too. An event that is being written now is not visible yet.
    if (!empty) {
      this.#spooling = true;
      this.#mayHold = true;
    } else if (quiet && this.#spoolWrites === writes) {
      this.#mayHold = false;
      this.#leaveSpool('The spool is empty; events go to Kafka.');
    }
    return empty;
  }
}

/** Whatever the reason is, the sender may send the event again. */
function unwritten(error: unknown): InfrastructureError {
  if (error instanceof InfrastructureError) return error;
  const { message } = error as Error;
  return new InfrastructureError('POSTGRES_UNAVAILABLE', `writing to the spool: ${message}`, {
    cause: error,
  });
}

function toRecord(event: AcceptedEvent | SpooledEvent): OutRecord {
  return {
    topic: topics.events,
    key: event.key,
    headers: event.headers,
    value: event.value,
    timestamp: event.acceptedAt,
  };
}
