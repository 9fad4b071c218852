// Stores how integrations are, as far as it has changed, together with what is to be told about it.
import type { Operation, States } from '@switchboard/ledger';
import { readClocks } from './clocks.ts';
import type { News } from './health.ts';
import type { Outlet } from './outlet.ts';
import type { Outlets } from './outlets.ts';

/** Stores what has changed. What could not be stored is tried again the next time. */
export async function keepHealth(outlets: Outlets, states: States): Promise<void> {
  const now = readClocks();
  const changed = outlets.all().flatMap((outlet) => {
    const news = outlet.health.news(outlet.identity.integrationId, now);
    return news === undefined ? [] : [{ outlet, news }];
  });
  if (changed.length === 0) return;
  const operations = changed.flatMap(({ outlet, news }) =>
    news.events.map((event) => operationOf(outlet, event)),
  );
  await states.write(
    changed.map(({ outlet, news }) => ({ ...news.state, version: outlet.version })),
    operations,
  );
  for (const { news } of changed) news.kept();
}

function operationOf({ identity }: Outlet, { type, data }: News): Operation {
  const { tenantId, integrationId, sink } = identity;
  return { type, data, tenantId, integrationId, sink };
}
