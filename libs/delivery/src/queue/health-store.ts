// Stores the health of integrations. The new state and the notifications for the tenant are written in one statement, so
// that no notification says something that is not stored.
import type { IntegrationStates, Operation } from '@switchboard/ledger';
import { type Now, readClocks } from '../timing.ts';
import type { HealthChange, Notification } from './health-changes.ts';

/** An integration and its health. */
interface Monitored {
  readonly identity: Pick<Operation, 'tenantId' | 'integrationId' | 'sink'>;
  /** The version of its settings. */
  readonly version: string;
  readonly health: { changes(integrationId: string, now: Now): HealthChange | undefined };
}

/** Stores health, one write after the other. Two at once would store the same notification twice. */
export class HealthStore {
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(private readonly states: Pick<IntegrationStates, 'write'>) {}

  /**
   * Stores what has changed in the health of these integrations. A change that could not be stored is tried again next
   * time.
   */
  store(queues: readonly Monitored[]): Promise<void> {
    const write = () => this.write(queues);
    const written = this.lastWrite.then(write, write);
    this.lastWrite = written;
    return written;
  }

  private async write(queues: readonly Monitored[]): Promise<void> {
    const now = readClocks();
    const changed = queues.flatMap(({ identity, version, health }) => {
      const change = health.changes(identity.integrationId, now);
      return change === undefined ? [] : [{ identity, version, change }];
    });
    if (changed.length === 0) return;
    await this.states.write(
      changed.map(({ version, change }) => ({ ...change.state, version })),
      changed.flatMap(({ identity, change }) =>
        change.notifications.map((notification) => operationOf(identity, notification)),
      ),
    );
    for (const { change } of changed) change.stored();
  }
}

function operationOf(
  { tenantId, integrationId, sink }: Monitored['identity'],
  { type, data }: Notification,
): Operation {
  return { type, data, tenantId, integrationId, sink };
}
