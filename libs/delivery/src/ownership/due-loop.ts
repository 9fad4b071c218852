// Finds what is not in memory: retries whose time has come, rows taken in while there was no room or by other processes,
// rows of a process that fell silent. And mends the difference when memory and ledger may disagree about what is claimed.
import type { Asking, Ledger } from '@switchboard/ledger';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Lease } from '../dispatch/lease.ts';
import type { OrderLock } from '../dispatch/order-lock.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import { DueLook } from './due-look.ts';
import type { Ownership } from './ownership.ts';

/** Keys that one turn claims of, over all integrations. */
const MAX_KEYS = 128;

/** What a turn needs. */
export interface DueParts {
  readonly ledger: Ledger;
  readonly orderLock: OrderLock;
  readonly queues: IntegrationQueues;
  readonly lease: Lease;
  readonly dispatcher: Dispatcher;
  readonly ownership: Ownership;
}

/** Finds due rows and claims them, turn by turn. */
export class DueLoop {
  private readonly looking: DueLook;

  constructor(private readonly parts: DueParts) {
    this.looking = new DueLook(parts.ledger, parts.queues);
  }

  /** One turn. Answers in how many seconds something is due; 0 when there may be more at once. */
  async turn(): Promise<number> {
    const { orderLock, queues, lease, dispatcher, ownership, ledger } = this.parts;
    if (lease.needsSweep()) await ownership.sweep();
    if (!lease.mayClaim() || queues.all().length === 0) return Number.POSITIVE_INFINITY;
    const { due, soonest } = await this.looking.look();
    const asked = askFor(due.filter(queues.withRoom()));
    if (asked.length === 0) return soonest;
    // Those that are asked for have due rows: intakes that begin from here on claim nothing for them.
    const rows = await orderLock.exclusive(async () => {
      const claimed = await ledger.claimDue(asked).catch((error: unknown) => {
        lease.requireSweep();
        throw error;
      });
      // A process that slept while it asked may have lost them again already.
      if (lease.holds()) await ledger.release(queues.add(claimed));
      else lease.requireSweep();
      return claimed;
    });
    dispatcher.pump();
    return rows.length > 0 ? 0 : soonest;
  }
}

/** How many keys of which integrations are claimed now. */
function askFor(due: readonly IntegrationQueue[]): Asking[] {
  const now = performance.now();
  const wanting = due
    .map((queue) => ({ queue, ...queue.claimable(now) }))
    .filter(({ keys, urgentKeys }) => keys + urgentKeys > 0);
  const share = Math.ceil(MAX_KEYS / wanting.length);
  return wanting.map(({ queue, keys, urgentKeys }) => ({
    id: queue.identity.integrationId,
    keys: Math.min(keys, share),
    urgent: queue.urgent,
    // Of each type, so that those of all integrations together are hardly more than one turn claims.
    urgentKeys: Math.min(urgentKeys, Math.ceil(share / Math.max(1, queue.urgent.length))),
  }));
}
