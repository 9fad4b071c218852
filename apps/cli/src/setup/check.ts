// Asks the running sink whether an integration is usable, or to make what it needs on the other side: only the sink's
// process has the code and may call there.
import { setTimeout as wait } from 'node:timers/promises';
import { type JobResult, readJob, requestJob } from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';

const POLL_MS = 100;

/** What a sink can be asked about an integration as a whole. */
export type Question = 'check' | 'prepare';

/** What came of it. */
export interface Checked {
  readonly integration: string;
  /** Null where its sink cannot tell. */
  readonly usable: boolean | null;
  /** In words. */
  readonly says: string;
}

const DOING: Readonly<Record<Question, string>> = { check: 'checking', prepare: 'preparing' };

/** Asks about an integration. Waits for up to a minute; throws ConfigError where there is no such integration. */
export async function check(database: Database, integration: string, kind: Question): Promise<Checked> {
  const [found] = await database.query<{ tenant: string }>(
    'select tenant_id as tenant from integrations where id = $1',
    [integration],
  );
  const job =
    found && (await requestJob(database, { tenantId: found.tenant, integrationId: integration, kind }));
  if (job === undefined) {
    throw new ConfigError(
      `${DOING[kind]} ${integration}: there is no such integration; setup status lists them`,
    );
  }
  for (;;) {
    const asked = await readJob(database, found?.tenant ?? '', job);
    if (asked?.result) return { integration, ...verdict(kind, asked.result) };
    if (asked === undefined || asked.state === 'lost') {
      const says = 'nobody answered; is a process of its sink running, of this release?';
      return { integration, usable: false, says };
    }
    await wait(POLL_MS);
  }
}

function verdict(kind: Question, result: JobResult): Omit<Checked, 'integration'> {
  if ('error' in result) return { usable: false, says: `${result.error.code}: ${result.error.message}` };
  if ('unsupported' in result) {
    const says =
      kind === 'check'
        ? 'cannot be checked: its sink has no check; its settings can be read'
        : 'nothing to prepare: its sink needs nothing on the other side that it could make';
    return { usable: null, says };
  }
  if (!('outcome' in result)) throw new TypeError(`${DOING[kind]}: the answer is none of a ${kind}`);
  const { outcome } = result;
  const call = outcome.status === null ? '' : ` (${outcome.status} in ${Math.round(outcome.latencyMs)} ms)`;
  return { usable: outcome.kind === 'delivered', says: `${saysOf(kind, outcome)}${call}` };
}

function saysOf(
  question: Question,
  { kind, reason, reference }: Extract<JobResult, { outcome: unknown }>['outcome'],
): string {
  if (kind !== 'delivered') return `${kind}: ${reason}`;
  if (question === 'check') return 'usable';
  return reference === null ? 'prepared: nothing was missing' : `prepared: made ${reference}`;
}
