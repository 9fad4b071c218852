// Which integrations this process delivers for: it takes its share of the slots, lets go of what is above it once nothing
// of that is under way, and gives up what others have taken.
import type { Logger } from '@switchboard/contracts';
import type { Ledger, Slots, States, Surveyed } from '@switchboard/ledger';
import type { Lease } from '../dispatch/lease.ts';
import type { OrderLock } from '../dispatch/order-lock.ts';
import { readClocks } from '../timing.ts';
import { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import type { Integration, Integrations } from '../settings/integrations.ts';

const WELL = {
  status: 'ok',
  until: null,
  reason: null,
  failingSince: null,
  told: 0,
  failures: 0,
  rejectedInRow: 0,
} as const;

interface Owned {
  readonly sink: string;
  readonly slot: number;
  readonly epoch: number;
  /** On its way to another process. */
  leaving: boolean;
}

/** The slots of this process, and an queue for each integration in them. */
export class Ownership {
  private readonly owned = new Map<string, Owned>();
  /** The version of each integration that its queue goes by. */
  private readonly versions = new Map<string, string>();

  constructor(
    private readonly parts: {
      readonly slots: Slots;
      readonly states: States;
      readonly ledger: Ledger;
      readonly orderLock: OrderLock;
      readonly lease: Lease;
      readonly queues: IntegrationQueues;
      readonly integrations: Integrations;
      readonly settingsOf: (known: Integration) => QueueSettings;
      readonly logger: Logger;
    },
  ) {}

  /** One turn: memory becomes what the slots say, and the slots what they should be. */
  async turn(): Promise<void> {
    const { slots, lease } = this.parts;
    // What a silent process reads may be another's a moment later.
    if (!lease.isFresh()) await lease.renew();
    const survey = await slots.survey();
    this.forgetLost(survey);
    if (!lease.holds()) await this.sweep();
    await this.balance(survey);
    await this.forgetDeleted();
    await this.follow();
    await this.letGo();
  }

  /** Lets go of everything: whoever is next has it at once. */
  async end(): Promise<void> {
    await this.parts.slots.letGo([...this.owned.values()]);
    await this.parts.slots.leave();
  }

  /** Frees what may be claimed under our epochs without memory knowing of it. */
  async sweep(): Promise<void> {
    const { lease, ledger, orderLock, queues } = this.parts;
    await orderLock.exclusive(async () => {
      const epochs = [...this.owned.values()].map(({ epoch }) => epoch);
      if (epochs.length > 0) await ledger.sweep(epochs, queues.known());
      lease.settle();
    });
    for (const queue of queues.all()) queue.backlog.invalidate();
  }

  /** What is somebody else's by now, or ours under an epoch that this process knows nothing of. */
  private forgetLost(survey: readonly Surveyed[]): void {
    const epochs = new Map(survey.map(({ sink, slot, epoch }) => [keyOf({ sink, slot }), epoch]));
    for (const [key, { epoch }] of this.owned) {
      const now = epochs.get(key);
      // A slot without integrations is not surveyed, and nobody else takes it.
      if (now !== undefined && now !== epoch) this.owned.delete(key);
    }
    for (const queue of this.parts.queues.all()) {
      if (this.owned.get(keyOf(queue.identity))?.epoch !== queue.identity.epoch)
        this.parts.queues.remove(queue);
    }
  }

  /** Takes what is missing from our share, and marks what is above it. */
  private async balance(survey: readonly Surveyed[]): Promise<void> {
    const wanted: Surveyed[] = [];
    for (const sink of new Set(survey.map((one) => one.sink))) {
      const occupied = survey.filter((one) => one.sink === sink);
      const replicas = Math.max(1, occupied[0]?.replicas ?? 1);
      const share = Math.ceil(occupied.length / replicas);
      const ours = occupied.flatMap((one) => this.owned.get(keyOf(one)) ?? []);
      ours.forEach((slot, index) => {
        slot.leaving = index >= share;
      });
      const others = occupied.filter((one) => !this.owned.has(keyOf(one)));
      // Taken by a turn that failed before it knew. All of them, for nobody else may: what is above the share goes on from here.
      const unknown = others.filter(({ epoch }) => epoch !== null);
      const free = others.filter((one) => one.free && one.epoch === null);
      wanted.push(...unknown, ...free.slice(0, Math.max(0, share - ours.length - unknown.length)));
    }
    if (wanted.length === 0) return;
    const { orderLock, slots, logger } = this.parts;
    // Alone: a statement under way that may claim for a slot of ours must not do so under its new epoch.
    const taken = await orderLock.exclusive(() => slots.take(wanted));
    // Nothing is claimed in these slots before they are known here, so nobody has to wait for this.
    await slots.freeGone(taken);
    for (const slot of taken) this.owned.set(keyOf(slot), { ...slot, leaving: false });
    logger.info({ slots: taken.length }, 'Took slots of integrations to deliver for.');
  }

  /** Integrations that are there no more: what waits in memory goes back, and they are forgotten when their calls have ended. */
  private async forgetDeleted(): Promise<void> {
    const { integrations, queues } = this.parts;
    for (const queue of queues.all()) {
      const { integrationId } = queue.identity;
      if (integrations.has(integrationId)) continue;
      if (!queue.suspended) await this.withhold(queue);
      if (queue.unrecorded.size > 0) continue;
      queues.remove(queue);
      this.versions.delete(integrationId);
    }
  }

  /** An queue for each integration in our slots, as it is now. */
  private async follow(): Promise<void> {
    const { integrations, queues, states, settingsOf } = this.parts;
    const mine = [...integrations.all()].filter((known) => this.owned.has(keyOf(known)));
    const fresh = mine.filter(({ id }) => queues.get(id) === undefined);
    const stored = new Map(
      (fresh.length === 0 ? [] : await states.load(fresh.map(({ id }) => id))).map((state) => [
        state.integrationId,
        state,
      ]),
    );
    for (const known of mine) {
      const { epoch, leaving } = this.owned.get(keyOf(known)) as Owned;
      const { id: integrationId, tenantId, sink, slot } = known;
      let queue = queues.get(integrationId);
      if (queue === undefined) {
        const before = stored.get(integrationId);
        // A switch that was turned on again since is a new beginning.
        const again = before?.status === 'disabled' && known.active;
        queue = new IntegrationQueue(
          { integrationId, tenantId, sink, slot, epoch },
          settingsOf(known),
          again ? { ...before, ...WELL } : before,
          readClocks(),
        );
        if (again) queue.health.startAnew({ recoveries: ['integration.recovered'], notifications: [] });
        queues.set(queue);
      } else if (known.active && this.versions.get(integrationId) !== known.version) {
        queue.renew(settingsOf(known), readClocks());
      }
      this.versions.set(integrationId, known.version);
      const suspended = leaving || !known.active;
      if (suspended && !queue.suspended) await this.withhold(queue);
      else queue.suspended = suspended;
      queues.wake(queue);
    }
  }

  /**
   * Nothing of it starts any more, and what waits in memory goes back. Memory forgets it first: when the statement is
   * refused, rows are claimed that nobody knows of, and the next sweep frees them.
   */
  private async withhold(queue: IntegrationQueue): Promise<void> {
    const { orderLock, ledger, lease } = this.parts;
    queue.suspended = true;
    await orderLock.exclusive(async () => {
      const rows = queue.lanes.rows();
      queue.lanes.clear();
      try {
        await ledger.release(rows);
      } catch (error) {
        lease.requireSweep();
        throw error;
      } finally {
        queue.backlog.invalidate();
      }
    });
  }

  private async letGo(): Promise<void> {
    const { queues, orderLock, slots } = this.parts;
    const busy = new Set(
      queues
        .all()
        .filter(({ unrecorded, lanes }) => unrecorded.size > 0 || lanes.size > 0)
        .map(({ identity }) => keyOf(identity)),
    );
    const idle = [...this.owned.values()].filter((slot) => slot.leaving && !busy.has(keyOf(slot)));
    if (idle.length === 0) return;
    await orderLock.exclusive(() => slots.letGo(idle));
    for (const slot of idle) {
      this.owned.delete(keyOf(slot));
      for (const queue of queues.all()) {
        if (keyOf(queue.identity) === keyOf(slot)) queues.remove(queue);
      }
    }
  }
}

function keyOf({ sink, slot }: { readonly sink: string; readonly slot: number }): string {
  return `${sink}/${slot}`;
}
