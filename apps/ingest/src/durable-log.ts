// Where an accepted event becomes durable: Kafka, or the spool while Kafka is away. While any event is spooled every
// new one is spooled behind it, so that a key stays in order.
import { InfrastructureError, type Logger, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import type { Database } from '@switchboard/postgres';
import type { AcceptedEvent } from './accept.ts';
import type { Spool, SpooledEvent } from './spool.ts';

const DRAIN_BATCH = 500;
const TURN_MS = 250;
// After a failed turn: a replica that cannot reach Kafka must leave the drain lock to one that can.
const FAILED_TURN_MS = 1_000;

/** Appends accepted events and empties the spool when Kafka answers again. */
export class DurableLog {
  readonly #producer: KafkaProducer;
  readonly #spool: Spool;
  readonly #database: Database;
  readonly #logger: Logger;
  // Until the spool is known to be empty it may hold older events of any key.
  #spooling = true;
  // It may hold events that were answered with a 2xx, which later ones must not overtake.
  #mayHold = true;
  #spoolWrites = 0;
  #spoolWritesUnderWay = 0;
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
      // Nothing waits in the spool, and it cannot be written to: what is left is Kafka, which may be back.
      if (!(error instanceof InfrastructureError) || this.#mayHold) throw error;
      await this.#producer.send(toRecord(event));
      this.#leaveSpool('Postgres is away; events go to Kafka again.');
    }
  }

  /** Starts watching and draining the spool; one turn is done before it returns. */
  async start(): Promise<void> {
    await this.#turn();
    this.#loop = this.#run();
  }

  /** Ends the loop after its current turn. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#loop;
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
    this.#spoolWritesUnderWay += 1;
    try {
      await this.#spool.add(event);
      this.#spooling = true;
      this.#mayHold = true;
    } finally {
      this.#spoolWritesUnderWay -= 1;
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

  /** False when Kafka or Postgres is away: events wait where they are until a later turn. */
  async #turn(): Promise<boolean> {
    try {
      if (this.#spooling) await this.#drain();
      const writes = this.#spoolWrites;
      const quiet = this.#spoolWritesUnderWay === 0;
      const empty = await this.#spool.isEmpty();
      // Another replica's events count as well; an event being written now does not show in the answer yet.
      if (!empty) {
        this.#spooling = true;
        this.#mayHold = true;
      } else if (quiet && this.#spoolWrites === writes) {
        this.#mayHold = false;
        this.#leaveSpool('The spool is empty; events go to Kafka.');
      }
      return true;
    } catch (error) {
      if (!(error instanceof InfrastructureError)) throw error;
      this.#logger.debug({ error_message: error.message }, 'The spool could not be looked after.');
      return false;
    }
  }

  /** Sends spooled events in order, under a lock that only one replica holds. */
  async #drain(): Promise<void> {
    await this.#database.session(async (session) => {
      const [lock] = await session.query<{ held: boolean }>(
        `select pg_try_advisory_lock(hashtext('switchboard spool ' || current_schema())) as held`,
      );
      if (!lock?.held) return;
      while (!this.#stopping) {
        const events = await this.#spool.oldest(session, DRAIN_BATCH);
        if (events.length === 0) return;
        await this.#producer.sendMany(events.map(toRecord));
        await this.#spool.remove(session, events);
      }
    });
  }
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
