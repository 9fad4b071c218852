// From Kafka to the ledger: what comes while a statement is under way, of whatever partitions, is the next statement, and
// only then is it done. What cannot be an event is a dead letter; trouble of Postgres is thrown, for the consumer to wait
// and repeat.
import { decodeHeaders, InfrastructureError, orderingKey, typeLabel } from '@switchboard/contracts';
import { dead, done, type InRecord, type Outcome } from '@switchboard/kafka';
import { BatchWriter, QueryError } from '@switchboard/postgres';
import type { Sink } from './define-sink.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Gate } from './gate.ts';
import type { Integrations } from './integrations.ts';
import type { Lanes } from './lanes.ts';
import type { Ledger, NewEvent, Taken } from './ledger.ts';
import { type LedgerRow, laneKey } from './ledger-row.ts';
import type { Lease } from './lease.ts';
import type { SinkObserver } from './observer.ts';
import { readEnvelope } from './sink-event.ts';
import { wishesOf } from './wishes.ts';

const MAX_CHUNK_EVENTS = 500;
const MAX_CHUNK_BYTES = 2 * 1024 * 1024;
const YEAR_9999_MS = 253_402_300_799_999;

/** SQLSTATE classes that speak of the values: data, constraint, limit. Everything else is about us. */
const ABOUT_VALUES = /^(?:22|23|54)/;

/** What an intake needs. */
export interface IntakeParts {
  readonly ledger: Ledger;
  readonly gate: Gate;
  readonly lanes: Lanes;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly integrations: Integrations;
  readonly observer: SinkObserver;
}

/** An event on its way into the ledger, and what became of it. */
interface Item {
  readonly event: NewEvent;
  outcome: Outcome;
}

/** Takes one sink's events into the ledger. */
export class Intake {
  private readonly types: ReadonlySet<string>;
  private readonly writer = new BatchWriter<Item>((items) => this.write(items), {
    maxItems: MAX_CHUNK_EVENTS,
  });

  constructor(
    private readonly sink: Sink,
    private readonly parts: IntakeParts,
  ) {
    this.types = new Set(sink.accepts.map(({ type }) => type));
  }

  /** Takes a chunk of one partition, in order. Resolves when it is in the ledger; throws InfrastructureError. */
  async take(records: readonly InRecord[]): Promise<Outcome[]> {
    const items = records.map((record): Item | Outcome => {
      const read = this.read(record);
      if (read === undefined) return done();
      return 'kind' in read ? read : { event: read, outcome: done() };
    });
    await Promise.all(items.map((item) => 'event' in item && this.writer.add(item)));
    return items.map((item) => ('event' in item ? item.outcome : item));
  }

  private async write(items: Item[]): Promise<void> {
    for (const chunk of chunks(items)) {
      const refused = await this.insert(chunk.map(({ event }) => event));
      for (const [position, outcome] of refused) {
        const item = chunk[position];
        if (item !== undefined) item.outcome = outcome;
      }
    }
  }

  /** An event for the ledger, undefined for a type this sink does not take, or the dead letter that it is. */
  private read(record: InRecord): NewEvent | Outcome | undefined {
    const headers = decodeHeaders(record.headers);
    if (headers === undefined || record.value === null) {
      return dead('HEADERS_MISSING', 'the record is not an event');
    }
    if (!this.types.has(headers.type)) return undefined;
    const { id, type, source, tenantId, time } = headers;
    if ([id, source, tenantId, time ?? ''].some((text) => text.includes('\0'))) {
      return dead('HEADERS_INVALID', 'a header of the record has a NUL character');
    }
    if (!(record.timestamp >= 0 && record.timestamp <= YEAR_9999_MS)) {
      return dead('TIMESTAMP_INVALID', 'the record has no usable timestamp');
    }
    const envelope = readEnvelope(record.value);
    if (envelope === undefined) return dead('EVENT_NOT_JSON', 'the value is no JSON object with data');
    return {
      eventId: id,
      tenantId,
      eventType: type,
      source,
      eventTime: time ?? null,
      acceptedAt: new Date(record.timestamp),
      orderingKey: record.key?.toString().replaceAll('\0', '') || orderingKey(type, envelope.data, id),
      // A copy: the value is part of a whole fetch, which would stay in memory as long as the row.
      body: Buffer.from(record.value),
      envelope,
    };
  }

  /** Inserts events; answers those that the ledger can never take, by position. */
  private async insert(events: NewEvent[]): Promise<Map<number, Outcome>> {
    try {
      await this.parts.gate.together(() => this.takeIn(events));
      return new Map();
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      if (!ABOUT_VALUES.test(error.code)) {
        const message = `taking events into the ledger: ${error.code}; check that the schema is migrated`;
        throw new InfrastructureError('POSTGRES_UNAVAILABLE', message, { cause: error });
      }
      if (events.length === 1) {
        return new Map([[0, dead('LEDGER_REFUSED', `Postgres refuses a value of the event: ${error.code}`)]]);
      }
    }
    // One of them is at fault: each by itself, in order.
    const refused = new Map<number, Outcome>();
    for (const [position, event] of events.entries()) {
      const outcome = (await this.insert([event])).get(0);
      if (outcome !== undefined) refused.set(position, outcome);
    }
    return refused;
  }

  private async takeIn(events: NewEvent[]): Promise<void> {
    const { ledger, lanes, lease, dispatcher, observer } = this.parts;
    const claim = lease.mayClaim() && lanes.hasRoom();
    const taken = await this.ask(events, claim);
    const wanted = new Set(taken.map(({ position }) => position));
    for (const [position, { eventType }] of events.entries()) {
      if (!wanted.has(position)) observer.unclaimed(this.sink.name, typeLabel(eventType));
    }
    const { mine, yielded } = this.sort(events, taken);
    if (lease.holds()) lanes.add(mine);
    else if (mine.length > 0) lease.doubt();
    if (yielded.length > 0) {
      await ledger.release(yielded).catch((error: unknown) => {
        lease.doubt();
        throw error;
      });
    }
    dispatcher.pump();
  }

  /** Takes in until every pair was judged by rules that hold: they may change between reading them and writing. */
  private async ask(events: NewEvent[], claim: boolean): Promise<Taken[]> {
    const { ledger, lease, integrations } = this.parts;
    const taken: Taken[] = [];
    for (;;) {
      const wishes = wishesOf(this.sink.name, events, integrations);
      const answered = await ledger.takeIn(this.sink.name, events, wishes, claim).catch((error: unknown) => {
        lease.doubt();
        throw error;
      });
      // Asked again, what is written already answers a second time, without a new row.
      taken.push(...answered.filter((one) => !one.unknown));
      const unknown = answered.filter((one) => one.unknown).map(({ integrationId }) => integrationId);
      if (unknown.length === 0) return taken;
      await integrations.refresh([...new Set(unknown)]).catch((error: unknown) => {
        lease.doubt();
        throw error;
      });
    }
  }

  /**
   * Rows claimed by this statement. Where somebody else wrote an earlier event of a key while the statement ran (a
   * partition that has just moved), it could not see that row waiting: later rows of the key are given back.
   */
  private sort(events: NewEvent[], taken: Taken[]): { mine: LedgerRow[]; yielded: number[] } {
    const raced = new Set<string>();
    const mine = new Map<number, LedgerRow>();
    const yielded: number[] = [];
    for (const { position, integrationId, id, claimed, raced: isRaced } of taken) {
      const event = events[position];
      if (event === undefined) continue;
      const key = laneKey({ integrationId, orderingKey: event.orderingKey });
      if (isRaced) raced.add(key);
      if (id === null || !claimed) continue;
      if (raced.has(key)) yielded.push(id);
      else
        mine.set(id, {
          ...rowFields(event),
          id,
          sink: this.sink.name,
          integrationId,
          attempts: 0,
          steps: {},
          afterHold: false,
        });
    }
    return { mine: [...mine.values()], yielded };
  }
}

function rowFields({ envelope: _envelope, source: _source, ...fields }: NewEvent) {
  return fields;
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
