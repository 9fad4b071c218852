// What has changed in the health of an integration: the new state to store, and notifications for its tenant.
import type { IntegrationHealth, Operation } from '@switchboard/ledger';

/** A notification about an integration. Its tenant and sink are added when it is stored. */
export type Notification = Pick<Operation, 'type' | 'data'>;

/** Notifications that end an earlier one. */
export type Recovery = 'integration.recovered' | 'breaker.closed';

/** Notifications that stay due when the health of an integration starts anew. */
export interface PendingNotifications {
  /** To be sent when the integration works again, because an earlier notification said that it does not. */
  readonly recoveries: Iterable<Recovery>;
  /** Not stored yet. The list itself is passed on: a write in flight removes from it what it has stored. */
  readonly notifications: Notification[];
}

/** A state and notifications to store. `stored` is called when they are. */
export interface HealthChange {
  readonly state: IntegrationHealth;
  readonly notifications: readonly Notification[];
  readonly stored: () => void;
}

/** Collects the changes of one integration until they are stored. */
export class HealthChanges {
  private notifications: Notification[] = [];
  /** Recoveries that were due before the integration was changed. They are sent when it works again. */
  private readonly recoveries = new Set<Recovery>();
  /** Counts changes, and says up to which one they are stored. */
  private revision = 0;
  private storedRevision = 0;

  /** The state has changed. */
  changed(): void {
    this.revision += 1;
  }

  /** Something happened that the tenant is notified of. */
  notify(type: Notification['type'], data: Notification['data']): void {
    this.notifications.push({ type, data });
    this.revision += 1;
  }

  /** The integration works in this respect. The tenant is notified if it did not before. */
  recovered(recovery: Recovery, wasDown: boolean): void {
    if (this.recoveries.delete(recovery) || wasDown) this.notify(recovery, {});
  }

  /** Takes over what the health before this one left. */
  takeOver({ recoveries, notifications }: PendingNotifications): void {
    for (const recovery of recoveries) this.recoveries.add(recovery);
    this.notifications = notifications;
    this.revision += 1;
  }

  /** What is left for the health after this one. `down` are recoveries that are due because of the present state. */
  pending(down: readonly Recovery[]): PendingNotifications {
    return { recoveries: new Set([...this.recoveries, ...down]), notifications: this.notifications };
  }

  /** Whether there is nothing to store. */
  get areStored(): boolean {
    return this.revision === this.storedRevision;
  }

  /** The present state and all notifications, to be stored. */
  toStore(state: IntegrationHealth): HealthChange {
    const { revision } = this;
    const notifications = [...this.notifications];
    return {
      state,
      notifications,
      stored: () => {
        this.storedRevision = revision;
        this.notifications.splice(0, notifications.length);
      },
    };
  }
}
