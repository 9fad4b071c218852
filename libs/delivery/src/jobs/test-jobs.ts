// For the specs of jobs: processes that run jobs, and the requests and results of jobs.
import { randomUUID } from 'node:crypto';
import { type Job, type JobResult, readJob, requestJob } from '@switchboard/ledger';
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
    /** The lines of the log. */
    logged,
    /** A process that runs jobs with `run`. It is stopped after the test. */
    startJobs(run: (job: Job, signal: AbortSignal) => Promise<JobResult>, maxMs = 20_000): Jobs {
      const jobs = new Jobs({ db: ledger.db, sinks: ['probe'], instance: randomUUID(), run, logger, maxMs });
      ledger.endLater(() => jobs.stop());
      return jobs;
    },
    ask: async () =>
      (await requestJob(ledger.db, { tenantId: TENANT, integrationId: 'one', kind: 'check' })) ?? '',
    stateOf: async (id: string) => (await readJob(ledger.db, TENANT, id))?.state,
    /** The result of a job, once it is done. */
    resultOf: (id: string) =>
      eventually(async () => {
        const job = await readJob(ledger.db, TENANT, id);
        expect(job?.state).toBe('done');
        return job?.result;
      }),
  };
}

/** A job that never ends. */
export const never = () => new Promise<JobResult>(() => undefined);
