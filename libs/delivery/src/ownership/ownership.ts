// Which integrations this process delivers for. It takes its share of the slots. It releases slots above its share once
// nothing of them is in flight and their health is stored, and forgets slots that other processes have taken.
import type { Logger } from '@switchboard/contracts';
import type { IntegrationStates, Ledger, SlotStatus, Slots } from '@switchboard/ledger';
import type { Lease } from '../dispatch/lease.ts';
import type { OrderLock } from '../dispatch/order-lock.ts';
import type { HealthStore } from '../queue/health-store.ts';
import { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import { type Integration, type Integrations, isKeyUnknown } from '../settings/integrations.ts';
import { readClocks } from '../timing.ts';

/** The stored state of an integration that works. */
const OK_STATE = {
  status: 'ok',
  until: null,
  reason: null,
  failingSince: null,
  notified: 0,
  failures: 0,
  rejectedInRow: 0,
} as const;

/** A slot that this process owns. */
interface Owned {
  readonly sink: string;
  readonly slot: number;
  readonly epoch: number;
  /** On its way to another process. */
  leaving: boolean;
}

/** The slots of this process, and a queue for each integration in them. */
export class Ownership {
  private readonly owned = new Map<string, Owned>();
  /** The version of each integration that its queue was last set up for. */
  private readonly versions = new Map<string, string>();

  constructor(
    private readonly parts: {
      readonly slots: Slots;
      readonly states: IntegrationStates;
      readonly healthStore: HealthStore;
      readonly ledger: Ledger;
      readonly orderLock: OrderLock;
      readonly lease: Lease;
      readonly queues: IntegrationQueues;
      readonly integrations: Integrations;
      readonly settingsOf: (integration: Integration) => QueueSettings;
      readonly logger: Logger;
    },
  ) {}

  /** One turn: queues follow the slots and the integrations, and slots are rebalanced. */
  async turn(): Promise<void> {
    const { slots, lease } = this.parts;
    // What a process without a fresh heartbeat reads may belong to another process a moment later.
    if (!lease.hasRecentHeartbeat()) await lease.renew();
    const survey = await slots.list();
    this.forgetLost(survey);
    if (!lease.holds()) await this.sweep();
    await this.rebalance(survey);
    await this.forgetDeleted();
    await this.updateQueues();
    await this.releaseLeaving();
  }

  /** Releases all slots: the next owner can take them at once. */
  async end(): Promise<void> {
    await this.parts.slots.release([...this.owned.values()]);
    await this.parts.slots.unregister();
  }

  /** Frees rows that are claimed under the epochs of this process and are not in memory. */
  async sweep(): Promise<void> {
    const { lease, ledger, orderLock, queues } = this.parts;
    await orderLock.changeAfterIntakes(async () => {
      const epochs = [...this.owned.values()].map(({ epoch }) => epoch);
      if (epochs.length > 0) await ledger.freeUnknownClaims(epochs, queues.known());
      lease.swept();
    });
    for (const queue of queues.all()) queue.backlog.invalidate();
  }

  /** Forgets slots that now belong to another process, or to this one under an epoch that it does not know. */
  private forgetLost(survey: readonly SlotStatus[]): void {
    const epochs = new Map(survey.map(({ sink, slot, epoch }) => [keyOf({ sink, slot }), epoch]));
    for (const [key, { epoch }] of this.owned) {
      const now = epochs.get(key);
      // A slot without integrations is not in the survey, and no other process takes it.
      if (now !== undefined && now !== epoch) this.owned.delete(key);
    }
    for (const queue of this.parts.queues.all()) {
      if (this.owned.get(keyOf(queue.identity))?.epoch !== queue.identity.epoch)
        this.parts.queues.remove(queue);
    }
  }

  /** Takes slots up to this process's share, and marks those above it as leaving. */
  private async rebalance(survey: readonly SlotStatus[]): Promise<void> {
    const toTake: SlotStatus[] = [];
    for (const sink of new Set(survey.map((one) => one.sink))) {
      const occupied = survey.filter((one) => one.sink === sink);
      const replicas = Math.max(1, occupied[0]?.replicas ?? 1);
      const share = Math.ceil(occupied.length / replicas);
      const ours = occupied.flatMap((one) => this.owned.get(keyOf(one)) ?? []);
      ours.forEach((slot, index) => {
        slot.leaving = index >= share;
      });
      const others = occupied.filter((one) => !this.owned.has(keyOf(one)));
      // Taken by an earlier turn that failed before it knew. All of them, since no other process can take them; those above
      // the share leave from here.
      const unknown = others.filter(({ epoch }) => epoch !== null);
      const free = others.filter((one) => one.free && one.epoch === null);
      toTake.push(...unknown, ...free.slice(0, Math.max(0, share - ours.length - unknown.length)));
    }
    if (toTake.length === 0) return;
    const { orderLock, slots, logger } = this.parts;
    // After the intakes: a statement in flight that may claim for a slot of this process must not do so under the new epoch.
    const taken = await orderLock.changeAfterIntakes(() => slots.take(toTake));
    // Nothing is claimed in these slots before they are in `owned`, so this needs no lock.
    await slots.freeStaleClaims(taken);
    for (const slot of taken) this.owned.set(keyOf(slot), { ...slot, leaving: false });
    logger.info({ slots: taken.length }, 'Took slots of integrations to deliver for.');
  }

  /** Deleted integrations: rows in memory go back, and the queue is removed when its calls have ended. */
  private async forgetDeleted(): Promise<void> {
    const { integrations, queues } = this.parts;
    const deleted = queues.all().filter(({ identity }) => !integrations.has(identity.integrationId));
    await this.suspend(deleted.filter(({ suspended }) => !suspended));
    for (const queue of deleted) {
      const { integrationId } = queue.identity;
      if (queue.unrecorded.size > 0) continue;
      queues.remove(queue);
      this.versions.delete(integrationId);
    }
  }

  /** Makes or updates a queue for each integration in the slots of this process. */
  private async updateQueues(): Promise<void> {
    const { integrations, queues, states, settingsOf } = this.parts;
    const ours = [...integrations.all()].filter((integration) => this.owned.has(keyOf(integration)));
    const added = ours.filter(({ id }) => queues.get(id) === undefined);
    const stored = new Map(
      (added.length === 0 ? [] : await states.load(added.map(({ id }) => id))).map((state) => [
        state.integrationId,
        state,
      ]),
    );
    const toSuspend: IntegrationQueue[] = [];
    for (const integration of ours) {
      const { epoch, leaving } = this.owned.get(keyOf(integration)) as Owned;
      const { id: integrationId, tenantId, sink, slot } = integration;
      const isHeld = !integration.active || isKeyUnknown(integration);
      let queue = queues.get(integrationId);
      if (queue === undefined) {
        const before = stored.get(integrationId);
        // It was switched on again after it was disabled: its stored state is out of date.
        const isReenabled = before?.status === 'disabled' && integration.active;
        queue = new IntegrationQueue(
          { integrationId, tenantId, sink, slot, epoch },
          settingsOf(integration),
          isReenabled ? { ...before, ...OK_STATE } : before,
          readClocks(),
        );
        if (isReenabled) queue.health.startAnew({ recoveries: ['integration.recovered'], notifications: [] });
        queues.set(queue);
      } else if (!isHeld && this.versions.get(integrationId) !== integration.version) {
        queue.renew(settingsOf(integration), readClocks());
      }
      // What was held gets its settings when it goes on, also when its row keeps the time of its last change.
      if (isHeld) this.versions.delete(integrationId);
      else this.versions.set(integrationId, integration.version);
      const suspended = leaving || isHeld;
      if (suspended && !queue.suspended) toSuspend.push(queue);
      else queue.suspended = suspended;
      queues.wake(queue);
    }
    await this.suspend(toSuspend);
  }

  /**
   * No row of these starts any more, and their rows in memory go back, all in one statement: while it runs, nobody delivers
   * for them. Memory forgets the rows first: when the statement fails, they are claimed and not in memory, and the next
   * sweep frees them.
   */
  private async suspend(some: readonly IntegrationQueue[]): Promise<void> {
    if (some.length === 0) return;
    const { orderLock, ledger, lease } = this.parts;
    for (const queue of some) queue.suspended = true;
    await orderLock.changeAfterIntakes(async () => {
      const rows = some.flatMap(({ lanes }) => lanes.rows());
      for (const { lanes } of some) lanes.clear();
      try {
        await ledger.release(rows);
      } catch (error) {
        lease.requireSweep();
        throw error;
      } finally {
        for (const { backlog } of some) backlog.invalidate();
      }
    });
  }

  /**
   * Releases slots that are on their way to another process, once nothing of them is in memory or in flight. Their health is
   * stored before: the new owner must know of a pause that was requested a moment ago.
   */
  private async releaseLeaving(): Promise<void> {
    const { queues, orderLock, slots, healthStore } = this.parts;
    const busy = new Set(
      queues
        .all()
        .filter(({ unrecorded, lanes }) => unrecorded.size > 0 || lanes.size > 0)
        .map(({ identity }) => keyOf(identity)),
    );
    const idle = [...this.owned.values()].filter((slot) => slot.leaving && !busy.has(keyOf(slot)));
    if (idle.length === 0) return;
    const keys = new Set(idle.map(keyOf));
    const queuesOfIdle = queues.all().filter(({ identity }) => keys.has(keyOf(identity)));
    await healthStore.store(queuesOfIdle);
    await orderLock.changeAfterIntakes(() => slots.release(idle));
    for (const key of keys) this.owned.delete(key);
    for (const queue of queuesOfIdle) queues.remove(queue);
  }
}

function keyOf({ sink, slot }: { readonly sink: string; readonly slot: number }): string {
  return `${sink}/${slot}`;
}
