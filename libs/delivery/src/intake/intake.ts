// From Kafka to the ledger: what comes while a statement is under way, of whatever partitions, is the next statement, and
// only then is it done. What cannot be an event is a dead letter; trouble of Postgres is thrown, for the consumer to wait
// and repeat.
import { typeLabel } from '@switchboard/contracts';
import { dead, done, type InRecord, type Outcome } from '@switchboard/kafka';
import type { Claim, Ledger, LedgerRow, NewEvent, Ready, Taken } from '@switchboard/ledger';
import { BatchWriter, QueryError } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Lease } from '../dispatch/lease.ts';
import type { OrderLock } from '../dispatch/order-lock.ts';
import type { SinkObserver } from '../observer.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import type { Integrations } from '../settings/integrations.ts';
import { decideRules } from './decide-rules.ts';
import { readEvent } from './read-event.ts';

const MAX_CHUNK_EVENTS = 500;
const MAX_CHUNK_BYTES = 2 * 1024 * 1024;
/** How long a chunk waits for room at most, and how often it looks. */
const LONGEST_WAIT_MS = 1_000;
const WAIT_MS = 5;

/** What an intake needs. */
export interface IntakeParts {
  readonly ledger: Ledger;
  readonly orderLock: OrderLock;
  readonly queues: IntegrationQueues;
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

/** A row that goes back to the ledger. */
type Back = Claim & { readonly integrationId: string };

/** Takes one sink's events into the ledger. */
export class Intake {
  private readonly types: ReadonlySet<string>;
  private readonly writer = new BatchWriter<Item>((items) => this.write(items), {
    maxItems: MAX_CHUNK_EVENTS,
    // The end of a chunk must not come into the ledger before its beginning.
    inOrder: true,
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
      const read = readEvent(record, this.types);
      if (read === undefined) return done();
      return 'kind' in read ? read : { event: read, outcome: done() };
    });
    await Promise.all(items.map((item) => 'event' in item && this.writer.add(item)));
    return items.map((item) => ('event' in item ? item.outcome : item));
  }

  private async write(items: Item[]): Promise<void> {
    for (const chunk of chunks(items)) {
      await this.untilRoom(chunk);
      const refused = await this.insert(chunk.map(({ event }) => event));
      for (const [position, outcome] of refused) {
        const item = chunk[position];
        if (item !== undefined) item.outcome = outcome;
      }
    }
  }

  /**
   * Waits a moment while most of the chunk is for integrations that cannot keep up just now: their rows are better off in
   * Kafka. Those of others in such a chunk wait as well, so it is never for long.
   */
  private async untilRoom(chunk: readonly Item[]): Promise<void> {
    const { queues, integrations } = this.parts;
    const until = performance.now() + LONGEST_WAIT_MS;
    for (let now = performance.now(); now < until; now = performance.now()) {
      const behind = new Map<string, boolean>();
      let waiting = 0;
      for (const { event } of chunk) {
        let its = behind.get(event.tenantId);
        if (its === undefined) {
          const those = integrations.ofTenant(this.sink.name, event.tenantId);
          its = those.some(({ id }) => queues.get(id)?.isBehind(now) ?? false);
          behind.set(event.tenantId, its);
        }
        if (its) waiting += 1;
      }
      if (waiting <= chunk.length / 2) return;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  /** Inserts events; answers those that the ledger can never take, by position. */
  private async insert(events: NewEvent[]): Promise<Map<number, Outcome>> {
    try {
      await this.parts.orderLock.shared(() => this.takeIn(events));
      return new Map();
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
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
    const { ledger, queues, lease, dispatcher, observer } = this.parts;
    const taken = await this.ask(events);
    const wanted = new Set(taken.map(({ position }) => position));
    for (const [position, { eventType }] of events.entries()) {
      if (!wanted.has(position)) observer.unclaimed(this.sink.name, typeLabel(eventType));
    }
    const { mine, yielded } = this.sort(events, taken);
    if (mine.length > 0 && !lease.holds()) lease.requireSweep();
    const refused = lease.holds() ? queues.add(mine) : [];
    const back = [...yielded, ...refused];
    if (back.length > 0) {
      await ledger.release(back).catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
      // Only afterwards: the ledger may have been asked before they were in it.
      for (const { integrationId } of back) queues.get(integrationId)?.backlog.invalidate();
    }
    dispatcher.pump();
  }

  /** Integrations that could take one of these events at once: ours, well, and with room in memory. */
  private ready(events: readonly NewEvent[]): Ready[] {
    const { queues, integrations, lease } = this.parts;
    if (!lease.mayClaim()) return [];
    const hasRoom = queues.withRoom();
    const now = performance.now();
    const tenants = new Set(events.map(({ tenantId }) => tenantId));
    return [...tenants].flatMap((tenantId) =>
      integrations.ofTenant(this.sink.name, tenantId).flatMap(({ id, slot }) => {
        const queue = queues.get(id);
        return queue?.claimsNew(now) && hasRoom(queue)
          ? [{ id, slot, clear: queue.backlog.state === 'none' }]
          : [];
      }),
    );
  }

  /** Nobody knows what is in the ledger: it has to be asked before anything counts as new. */
  private invalidate(): void {
    const { queues, lease } = this.parts;
    lease.requireSweep();
    for (const queue of queues.all()) if (queue.identity.sink === this.sink.name) queue.backlog.invalidate();
  }

  /** Takes in until every pair was judged by rules that hold: they may change between reading them and writing. */
  private async ask(events: NewEvent[]): Promise<Taken[]> {
    const { ledger, integrations } = this.parts;
    const taken: Taken[] = [];
    for (;;) {
      const decisions = decideRules(this.sink.name, events, integrations);
      const asked = ledger.takeIn(this.sink.name, events, decisions, this.ready(events));
      const answered = await asked.catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
      // Asked again, what is written already answers a second time, without a new row.
      taken.push(...answered.filter((one) => !one.unknown));
      const unknown = answered.filter((one) => one.unknown).map(({ integrationId }) => integrationId);
      if (unknown.length === 0) return taken;
      await integrations.refresh([...new Set(unknown)]).catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
    }
  }

  /**
   * Rows claimed by this statement. Of an event that the ledger had already nobody knows here how it stands, nor whether
   * somebody else wrote it while the statement ran (a partition that has just moved): later rows of its key are given
   * back, and the ledger says when it is their turn.
   */
  private sort(events: NewEvent[], taken: Taken[]): { mine: LedgerRow[]; yielded: Back[] } {
    const { queues } = this.parts;
    const repeated = new Set<string>();
    const mine = new Map<number, LedgerRow>();
    const yielded = new Map<number, Back>();
    for (const { position, integrationId, id, claim, unknown } of taken) {
      const event = events[position];
      if (event === undefined || unknown) continue;
      const key = `${integrationId}\0${event.orderingKey}`;
      if (id === null) repeated.add(key);
      if (claim === null) queues.get(integrationId)?.backlog.invalidate();
      if (id === null || claim === null) continue;
      // The event is in this chunk twice. What becomes of its row was decided at the first one.
      if (mine.has(id)) continue;
      if (repeated.has(key)) {
        yielded.set(id, { id, day: event.day, claim, integrationId });
        continue;
      }
      mine.set(id, {
        id,
        day: event.day,
        claim,
        sink: this.sink.name,
        integrationId,
        orderingKey: event.orderingKey,
        eventId: event.eventId,
        tenantId: event.tenantId,
        eventType: event.eventType,
        eventTime: event.eventTime,
        traceparent: event.traceparent,
        acceptedAt: event.acceptedAt,
        attempts: 0,
        calls: 0,
        steps: NO_STEPS,
        isFresh: true,
        body: event.body,
        envelope: event.envelope,
        footprint: event.footprint,
      });
    }
    return { mine: [...mine.values()], yielded: [...yielded.values()] };
  }
}

const NO_STEPS = {};

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
