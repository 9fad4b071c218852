// The statement that takes events into the ledger, and what follows from its answer: which of the new rows this process
// claimed and delivers from memory, which of them it must release, and what it no longer knows about the ledger.
import { rulesHold, typeLabel } from '@switchboard/contracts';
import type {
  Claim,
  ClaimableIntegration,
  IntakeResult,
  Ledger,
  LedgerRow,
  NewEvent,
  RuleDecisions,
} from '@switchboard/ledger';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Lease } from '../dispatch/lease.ts';
import type { SinkObserver } from '../observer.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import type { Integrations } from '../settings/integrations.ts';

/** What taking in needs. */
export interface TakeInParts {
  readonly ledger: Ledger;
  readonly queues: IntegrationQueues;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly integrations: Integrations;
  readonly observer: SinkObserver;
}

/** A claimed row that is to be released. */
type ToRelease = Claim & { readonly integrationId: string };

const NO_STEPS = {};

/** Takes events of one sink in. */
export class TakeIn {
  constructor(
    private readonly sink: string,
    private readonly parts: TakeInParts,
  ) {}

  /** Inserts the events, puts claimed rows into memory and starts deliveries. */
  async run(events: NewEvent[]): Promise<void> {
    const { ledger, queues, lease, dispatcher, observer } = this.parts;
    const taken = await this.insert(events);
    const wanted = new Set(taken.map(({ position }) => position));
    for (const [position, { eventType }] of events.entries()) {
      if (!wanted.has(position)) observer.unwanted(this.sink, typeLabel(eventType));
    }
    const { claimed, outOfTurn } = this.claimsOf(events, taken);
    if (claimed.length > 0 && !lease.holds()) lease.requireSweep();
    const refused = lease.holds() ? queues.add(claimed) : [];
    const toRelease = [...outOfTurn, ...refused];
    if (toRelease.length > 0) {
      await ledger.release(toRelease).catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
      // Only after the release: an earlier answer of the ledger would not know these rows.
      for (const { integrationId } of toRelease) queues.get(integrationId)?.backlog.invalidate();
    }
    dispatcher.schedule();
  }

  /** Inserts until each pair was decided by current rules. Rules may change after they were read and before the write. */
  private async insert(events: NewEvent[]): Promise<IntakeResult[]> {
    const { ledger, integrations } = this.parts;
    const taken: IntakeResult[] = [];
    for (;;) {
      const decisions = decideRules(this.sink, events, integrations);
      const inserting = ledger.takeIn(this.sink, events, decisions, this.claimable(events));
      const answer = await inserting.catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
      // In a second round, pairs that are written already are answered again, without a new row.
      taken.push(...answer.filter((one) => !one.unknown));
      const unknown = answer.filter((one) => one.unknown).map(({ integrationId }) => integrationId);
      if (unknown.length === 0) return taken;
      await integrations.load([...new Set(unknown)]).catch((error: unknown) => {
        this.invalidate();
        throw error;
      });
    }
  }

  /**
   * Integrations that can take one of these events at once: this process owns them, they work, and memory has room. Not
   * those with invalid rules: the mark of their rows is in the ledger.
   */
  private claimable(events: readonly NewEvent[]): ClaimableIntegration[] {
    const { queues, integrations, lease } = this.parts;
    if (!lease.mayClaim()) return [];
    const hasRoom = queues.withRoom();
    const now = performance.now();
    const tenants = new Set(events.map(({ tenantId }) => tenantId));
    return [...tenants].flatMap((tenantId) =>
      integrations.ofTenant(this.sink, tenantId).flatMap(({ id, slot, rules }) => {
        const queue = rules === undefined ? undefined : queues.get(id);
        return queue?.claimsNew(now) && hasRoom(queue)
          ? [{ id, slot, clear: queue.backlog.state === 'none' }]
          : [];
      }),
    );
  }

  /** What is in the ledger is unknown. The ledger must be asked before rows are claimed as they are written. */
  private invalidate(): void {
    const { queues, lease } = this.parts;
    lease.requireSweep();
    for (const queue of queues.all()) if (queue.identity.sink === this.sink) queue.backlog.invalidate();
  }

  /**
   * The rows that this statement claimed. Of an event that was in the ledger already, this process does not know the state,
   * nor whether another process wrote it while the statement ran (after a rebalance). Later rows of its key are out of turn:
   * they are released, and the ledger decides when it is their turn.
   */
  private claimsOf(
    events: NewEvent[],
    taken: IntakeResult[],
  ): { readonly claimed: LedgerRow[]; readonly outOfTurn: ToRelease[] } {
    const { queues } = this.parts;
    const repeatedKeys = new Set<string>();
    const claimed = new Map<number, LedgerRow>();
    const outOfTurn = new Map<number, ToRelease>();
    for (const { position, integrationId, id, claim, unknown } of taken) {
      const event = events[position];
      if (event === undefined || unknown) continue;
      const key = `${integrationId}\0${event.orderingKey}`;
      if (id === null) repeatedKeys.add(key);
      if (claim === null) queues.get(integrationId)?.backlog.invalidate();
      if (id === null || claim === null) continue;
      // The event is in this chunk twice. Its row was decided about at the first one.
      if (claimed.has(id)) continue;
      if (repeatedKeys.has(key)) outOfTurn.set(id, { id, day: event.day, claim, integrationId });
      else claimed.set(id, this.rowOf(event, integrationId, id, claim));
    }
    return { claimed: [...claimed.values()], outOfTurn: [...outOfTurn.values()] };
  }

  private rowOf(event: NewEvent, integrationId: string, id: number, claim: number): LedgerRow {
    return {
      id,
      day: event.day,
      claim,
      sink: this.sink,
      integrationId,
      orderingKey: event.orderingKey,
      eventId: event.eventId,
      tenantId: event.tenantId,
      eventType: event.eventType,
      eventTime: event.eventTime,
      traceparent: event.traceparent,
      acceptedAt: event.acceptedAt,
      attemptsUsed: 0,
      attemptsMade: 0,
      steps: NO_STEPS,
      isNew: true,
      body: event.body,
      envelope: event.envelope,
      memoryBytes: event.memoryBytes,
    };
  }
}

/** Which integrations do not want which events, by the rules of their tenants as this process knows them. */
function decideRules(
  sink: string,
  events: readonly NewEvent[],
  integrations: Pick<Integrations, 'rulesOf'>,
): RuleDecisions {
  const known = new Map<string, string>();
  const unwanted: { position: number; integrationId: string }[] = [];
  const undecided = new Set<string>();
  for (const [position, { tenantId, envelope, acceptedAt }] of events.entries()) {
    for (const { id, version, rules } of integrations.rulesOf(sink, tenantId)) {
      known.set(id, version);
      // With invalid rules every event is taken in: an event that is not taken in now is lost for the integration.
      if (rules === undefined) undecided.add(id);
      else if (!rulesHold(rules, envelope, acceptedAt)) unwanted.push({ position, integrationId: id });
    }
  }
  return { known, unwanted, undecided };
}
