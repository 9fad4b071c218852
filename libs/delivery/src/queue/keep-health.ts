// Stores how integrations are, as far as it has changed, together with what is to be told about it.
import type { Operation, States } from '@switchboard/ledger';
import { readClocks } from './clocks.ts';
import type { News } from './health.ts';
import type { IntegrationQueue } from './integration-queue.ts';
import type { IntegrationQueues } from './integration-queues.ts';

/** Stores what has changed. What could not be stored is tried again the next time. */
export async function keepHealth(queues: IntegrationQueues, states: States): Promise<void> {
  const now = readClocks();
  const changed = queues.all().flatMap((queue) => {
    const news = queue.health.changes(queue.identity.integrationId, now);
    return news === undefined ? [] : [{ queue, news }];
  });
  if (changed.length === 0) return;
  const operations = changed.flatMap(({ queue, news }) =>
    news.events.map((event) => operationOf(queue, event)),
  );
  await states.write(
    changed.map(({ queue, news }) => ({ ...news.state, version: queue.version })),
    operations,
  );
  for (const { news } of changed) news.kept();
}

function operationOf({ identity }: IntegrationQueue, { type, data }: News): Operation {
  const { tenantId, integrationId, sink } = identity;
  return { type, data, tenantId, integrationId, sink };
}
