// From Kafka to the ledger. Records of all partitions that arrive while a statement runs go into the next statement, and
// count as done only when it has ended. A record that cannot be an event is a dead letter. An infrastructure failure is
// thrown: the consumer waits and repeats.
import { dead, done, type InRecord, type Outcome } from '@switchboard/kafka';
import type { NewEvent } from '@switchboard/ledger';
import { BatchWriter, QueryError } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import type { OrderLock } from '../dispatch/order-lock.ts';
import { readEvent } from './read-event.ts';
import { TakeIn, type TakeInParts } from './take-in.ts';

const MAX_CHUNK_EVENTS = 500;
const MAX_CHUNK_BYTES = 2 * 1024 * 1024;
/** How long a chunk waits for room at most, and how often it checks. */
const MAX_WAIT_MS = 1_000;
const CHECK_MS = 5;

/** What an intake needs. */
export interface IntakeParts extends TakeInParts {
  readonly orderLock: OrderLock;
}

/** An event on its way into the ledger, and the outcome of its record. */
interface Item {
  readonly event: NewEvent;
  outcome: Outcome;
}

/** Takes the events of one sink into the ledger. */
export class Intake {
  private readonly types: ReadonlySet<string>;
  private readonly ledgerInsert: TakeIn;
  private readonly writer = new BatchWriter<Item>((items) => this.write(items), {
    maxItems: MAX_CHUNK_EVENTS,
    // The end of a chunk must not get into the ledger before its beginning.
    inOrder: true,
  });

  constructor(
    private readonly sink: Sink,
    private readonly parts: IntakeParts,
  ) {
    this.types = new Set(sink.accepts.map(({ type }) => type));
    this.ledgerInsert = new TakeIn(sink.name, parts);
  }

  /** Takes a chunk of one partition, in order. Resolves when it is in the ledger. Throws InfrastructureError. */
  async take(records: readonly InRecord[]): Promise<Outcome[]> {
    const items = records.map((record): Item | Outcome => {
      const read = readEvent(record, this.types);
      if (read === undefined) return done();
      return 'kind' in read ? read : { event: read, outcome: done() };
    });
    await Promise.all(items.map((item) => 'event' in item && this.writer.add(item)));
    return items.map((item) => ('event' in item ? item.outcome : item));
  }

  private async write(items: Item[]): Promise<void> {
    for (const chunk of chunks(items)) {
      await this.waitForRoom(chunk);
      const refused = await this.insert(chunk.map(({ event }) => event));
      for (const [position, outcome] of refused) {
        const item = chunk[position];
        if (item !== undefined) item.outcome = outcome;
      }
    }
  }

  /**
   * Waits while most of the chunk is for integrations that cannot keep up at present: their events are better off in
   * Kafka. Events for other integrations in the chunk wait too, so the wait is short.
   */
  private async waitForRoom(chunk: readonly Item[]): Promise<void> {
    const { queues, integrations } = this.parts;
    const until = performance.now() + MAX_WAIT_MS;
    for (let now = performance.now(); now < until; now = performance.now()) {
      const behind = new Map<string, boolean>();
      let waiting = 0;
      for (const { event } of chunk) {
        let isBehind = behind.get(event.tenantId);
        if (isBehind === undefined) {
          const ofTenant = integrations.ofTenant(this.sink.name, event.tenantId);
          isBehind = ofTenant.some(({ id }) => queues.get(id)?.isBehind(now) ?? false);
          behind.set(event.tenantId, isBehind);
        }
        if (isBehind) waiting += 1;
      }
      if (waiting <= chunk.length / 2) return;
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    }
  }

  /** Inserts events. Returns the outcomes of those that Postgres will never accept, by position. */
  private async insert(events: NewEvent[]): Promise<Map<number, Outcome>> {
    try {
      await this.parts.orderLock.intake(() => this.ledgerInsert.run(events));
      return new Map();
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      if (events.length === 1) {
        return new Map([[0, dead('LEDGER_REFUSED', `Postgres refuses a value of the event: ${error.code}`)]]);
      }
    }
    // One of the events is at fault. Each is inserted by itself, in order.
    const refused = new Map<number, Outcome>();
    for (const [position, event] of events.entries()) {
      const outcome = (await this.insert([event])).get(0);
      if (outcome !== undefined) refused.set(position, outcome);
    }
    return refused;
  }
}

function* chunks<T extends { event: NewEvent }>(items: T[]): Generator<T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = item.event.body.length;
    if (chunk.length > 0 && bytes + size > MAX_CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
