// Asks the running sink whether an integration is usable: only its process has the code and may call the other side.
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '@switchboard/postgres';
import { askJob, type JobResult, readJob } from '@switchboard/sink';
import { ConfigError } from '@switchboard/service';

const POLL_MS = 100;

/** What came of a check. */
export interface Checked {
  readonly integration: string;
  /** Null where its sink cannot tell. */
  readonly usable: boolean | null;
  /** In words. */
  readonly says: string;
}

/** Checks an integration. Waits for up to a minute; throws ConfigError where there is no such integration. */
export async function check(database: Database, integration: string): Promise<Checked> {
  const [found] = await database.query<{ tenant: string }>(
    'select tenant_id as tenant from integrations where id = $1',
    [integration],
  );
  const job =
    found && (await askJob(database, { tenantId: found.tenant, integrationId: integration, kind: 'check' }));
  if (job === undefined)
    throw new ConfigError(`checking ${integration}: there is no such integration; setup status lists them`);
  for (;;) {
    const asked = await readJob(database, found?.tenant ?? '', job);
    if (asked?.result) return { integration, ...verdict(asked.result) };
    if (asked === undefined || asked.state === 'lost') {
      const says = 'nobody answered; is a process of its sink running?';
      return { integration, usable: false, says };
    }
    await wait(POLL_MS);
  }
}

function verdict(result: JobResult): Omit<Checked, 'integration'> {
  if ('error' in result) return { usable: false, says: `${result.error.code}: ${result.error.message}` };
  if ('unsupported' in result)
    return { usable: null, says: 'cannot be checked: its sink has no check; its settings can be read' };
  if (!('outcome' in result)) throw new TypeError('checking: the answer is none of a check');
  const { kind, reason, status, latencyMs } = result.outcome;
  const call = status === null ? '' : ` (${status} in ${Math.round(latencyMs)} ms)`;
  return {
    usable: kind === 'delivered',
    says: `${kind === 'delivered' ? 'usable' : `${kind}: ${reason}`}${call}`,
  };
}
