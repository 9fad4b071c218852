// Asks a process of the sink to check or prepare an integration, by a job in the ledger: only that process has the
// code, and only it may call the other side.
import { setTimeout as wait } from 'node:timers/promises';
import { type JobResult, readJob, requestJob } from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';

const POLL_MS = 100;

/** What a sink can be asked to do for an integration as a whole. */
export type Question = 'check' | 'prepare';

/** The result. Its shape is that of --json. */
export interface Checked {
  readonly integration: string;
  /** Null if its sink cannot tell. */
  readonly usable: boolean | null;
  /** For people. */
  readonly says: string;
}

const DOING: Readonly<Record<Question, string>> = { check: 'checking', prepare: 'preparing' };

/** Checks or prepares an integration. Waits for up to a minute. Throws ConfigError if there is no such integration. */
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
    if (asked?.result) return { integration, ...resultOf(kind, asked.result) };
    if (asked === undefined || asked.state === 'lost') {
      const says = 'no answer; check that a process of its sink runs, with this release';
      return { integration, usable: false, says };
    }
    await wait(POLL_MS);
  }
}

function resultOf(kind: Question, result: JobResult): Omit<Checked, 'integration'> {
  if ('error' in result) return { usable: false, says: `${result.error.code}: ${result.error.message}` };
  if ('unsupported' in result) {
    const says =
      kind === 'check'
        ? 'cannot be checked: its sink has no check; its settings are valid'
        : 'nothing to prepare: its sink makes nothing on the other side';
    return { usable: null, says };
  }
  if (!('outcome' in result)) throw new TypeError(`${DOING[kind]}: the answer is not that of a ${kind}`);
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
