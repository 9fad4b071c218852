// For the specs of jobs: jobs that do what the spec says, asked for and read as whoever manages integrations does.
import { randomUUID } from 'node:crypto';
import { askJob, type Job, type JobResult, readJob } from '@switchboard/ledger';
import { TENANT } from '@switchboard/ledger/spec-kit';
import { eventually } from '@switchboard/testing';
import type { freshLedger } from '../spec-kit.ts';
import { Jobs } from './jobs.ts';

/** Jobs of the integration `one` on a ledger. */
export function jobsOn(ledger: ReturnType<typeof freshLedger>) {
  const logged: string[] = [];
  const note = (fields: object, sentence: string) =>
    void logged.push(`${sentence} ${JSON.stringify(fields)}`);
  const logger = { debug: note, info: note, warn: note, error: note };
  return {
    /** Lines of the log. */
    logged,
    /** A process that runs jobs like this. Stopped after the test. */
    jobsThat(run: (job: Job, signal: AbortSignal) => Promise<JobResult>, maxMs = 20_000): Jobs {
      const jobs = new Jobs({ db: ledger.db, sinks: ['probe'], instance: randomUUID(), run, logger, maxMs });
      ledger.endLater(() => jobs.stop());
      return jobs;
    },
    ask: async () =>
      (await askJob(ledger.db, { tenantId: TENANT, integrationId: 'one', kind: 'check' })) ?? '',
    stateOf: async (id: string) => (await readJob(ledger.db, TENANT, id))?.state,
    /** What came of a job, once it is done. */
    resultOf: (id: string) =>
      eventually(async () => {
        const job = await readJob(ledger.db, TENANT, id);
        expect(job?.state).toBe('done');
        return job?.result;
      }),
  };
}

/** A job that hangs. */
export const never = () => new Promise<JobResult>(() => undefined);
