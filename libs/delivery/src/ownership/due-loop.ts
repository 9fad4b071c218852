// Finds due rows that are not in memory and claims them: retries, rows taken in while memory was full or by other
// processes, rows of a process that fell silent. Each turn asks the ledger two questions of bounded cost: which
// integrations have rows that became due just now, and what waits for the integrations whose backlog is unknown. It does
// not ask about integrations that may not be delivered to or have no room for rows, however many rows they have.
import type { ClaimRequest, Ledger } from '@switchboard/ledger';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Lease } from '../dispatch/lease.ts';
import type { OrderLock } from '../dispatch/order-lock.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import type { Ownership } from './ownership.ts';

/** Keys that one turn claims rows of, over all integrations. */
const MAX_KEYS = 128;
/** Integrations that one turn asks about because their backlog is unknown. */
const MAX_INTEGRATIONS = 32;
/** A row becomes visible only when its transaction ends, up to so long after the time at which it is due. */
const MARGIN_SECONDS = 2;
/** After a longer gap between two turns, the periodic check of all integrations finds the rest. */
const MAX_LOOK_BACK_SECONDS = 60;
/** What becomes due within so long is worth waking up for. */
const AHEAD_SECONDS = 0.1;
/**
 * Each integration is checked once in so many turns. This finds what both questions miss, such as a very long
 * transaction.
 */
const TURNS_PER_ROUND = 300;

/** What the loop needs. */
export interface DueParts {
  readonly ledger: Ledger;
  readonly orderLock: OrderLock;
  readonly queues: IntegrationQueues;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly ownership: Ownership;
}

/** What was found. */
interface Found {
  /** Integrations with due rows. */
  readonly due: readonly IntegrationQueue[];
  /** Seconds until the next row is due, as far as the ledger was asked. 0 when more integrations are to be asked about. */
  readonly nextDueSeconds: number;
}

/** Finds and claims due rows, turn by turn. */
export class DueLoop {
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** Positions in the list of queues: the next one with an unknown backlog, and the next one of the periodic check. */
  private nextUnknown = 0;
  private nextInRound = 0;

  constructor(private readonly parts: DueParts) {}

  /** One turn. Returns in how many seconds something is due; 0 when more may be due now. */
  async turn(): Promise<number> {
    const { orderLock, queues, lease, dispatcher, ownership, ledger } = this.parts;
    if (lease.needsSweep()) await ownership.sweep();
    if (!lease.mayClaim() || queues.all().length === 0) return Number.POSITIVE_INFINITY;
    const { due, nextDueSeconds } = await this.look();
    const requests = requestsFor(due.filter(queues.withRoom()));
    if (requests.length === 0) return nextDueSeconds;
    // The backlog of these integrations is `due`: intakes that begin from here on claim nothing for them.
    const rows = await orderLock.changeAfterIntakes(async () => {
      const claimed = await ledger.claimDue(requests).catch((error: unknown) => {
        lease.requireSweep();
        throw error;
      });
      // A process that was frozen during the statement may have lost the rows again already.
      if (lease.holds()) await ledger.release(queues.add(claimed));
      else lease.requireSweep();
      return claimed;
    });
    dispatcher.schedule();
    return rows.length > 0 ? 0 : nextDueSeconds;
  }

  /** Asks the ledger, and updates the backlog of each integration that it was asked about. */
  private async look(): Promise<Found> {
    let nextDueSeconds = await this.lookForNewlyDue();
    const { chosen, more } = this.choose();
    if (chosen.length === 0) return { due: [], nextDueSeconds };
    const before = chosen.map(({ backlog }) => backlog.invalidations);
    const answers = await this.parts.ledger.backlog(chosen.map(({ identity }) => identity.integrationId));
    const known = new Map(answers.map(({ id, dueSeconds }) => [id, dueSeconds]));
    const due: IntegrationQueue[] = [];
    for (const [index, queue] of chosen.entries()) {
      const seconds = known.get(queue.identity.integrationId);
      queue.backlog.answered(seconds, before[index] as number);
      if (seconds === undefined) continue;
      if (seconds <= 0) due.push(queue);
      else nextDueSeconds = Math.min(nextDueSeconds, seconds);
    }
    // When all of them have due rows, the next turn follows at once only if this one claims some.
    return { due, nextDueSeconds: more && due.length < chosen.length ? 0 : nextDueSeconds };
  }

  /** Invalidates the backlog of integrations with rows that became due since the last turn. Returns when the next will. */
  private async lookForNewlyDue(): Promise<number> {
    const { ledger, queues } = this.parts;
    const now = performance.now();
    const since = Math.min((now - this.lookedAt) / 1000, MAX_LOOK_BACK_SECONDS) + MARGIN_SECONDS;
    const found = await ledger.comingDue(since, AHEAD_SECONDS);
    this.lookedAt = now;
    let nextDueSeconds = Number.POSITIVE_INFINITY;
    for (const { id, dueSeconds } of found) {
      const queue = queues.get(id);
      if (queue === undefined) continue;
      if (dueSeconds > 0) nextDueSeconds = Math.min(nextDueSeconds, dueSeconds);
      else if (queue.backlog.state !== 'due') queue.backlog.invalidate();
    }
    return nextDueSeconds;
  }

  /**
   * Integrations with an unknown backlog and room for rows, round-robin, and a few with a known backlog. `more`: not all
   * of the former are chosen.
   */
  private choose(): { chosen: IntegrationQueue[]; more: boolean } {
    const all = this.parts.queues.all();
    const now = performance.now();
    const hasRoom = this.parts.queues.withRoom();
    const chosen: IntegrationQueue[] = [];
    const from = this.nextUnknown;
    for (let step = 0; step < all.length && chosen.length < MAX_INTEGRATIONS; step += 1) {
      const index = (from + step) % all.length;
      const queue = all[index] as IntegrationQueue;
      // Without room it would be asked about in vain, turn by turn, in place of others.
      if (queue.backlog.isKnown || !queue.mayClaim(now) || !hasRoom(queue)) continue;
      chosen.push(queue);
      this.nextUnknown = index + 1;
    }
    const more = chosen.length === MAX_INTEGRATIONS;
    for (let step = Math.ceil(all.length / TURNS_PER_ROUND); step > 0; step -= 1) {
      this.nextInRound = (this.nextInRound + 1) % all.length;
      const queue = all[this.nextInRound] as IntegrationQueue;
      if (queue.backlog.isKnown && queue.canDeliver(now)) chosen.push(queue);
    }
    return { chosen, more };
  }
}

/** How many keys are claimed now, of which integrations. */
function requestsFor(due: readonly IntegrationQueue[]): ClaimRequest[] {
  const now = performance.now();
  const able = due
    .map((queue) => ({ queue, ...queue.claimable(now) }))
    .filter(({ keys, urgentKeys }) => keys + urgentKeys > 0);
  const share = Math.ceil(MAX_KEYS / able.length);
  return able.map(({ queue, keys, urgentKeys }) => ({
    id: queue.identity.integrationId,
    keys: Math.min(keys, share),
    urgent: queue.urgent,
    // For each type. So the keys of all types together are hardly more than a turn claims.
    urgentKeys: Math.min(urgentKeys, Math.ceil(share / Math.max(1, queue.urgent.length))),
  }));
}
