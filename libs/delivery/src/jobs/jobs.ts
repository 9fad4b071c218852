// Claims jobs for the sinks of this process and runs them beside the deliveries: few at once, each with a time limit. A job
// runs at most once, because a test has an effect; people can ask for it again.
import type { Logger } from '@switchboard/contracts';
import {
  JOB_TIMEOUT_SECONDS,
  type Job,
  JobError,
  type JobErrorCode,
  type JobResult,
  jobInput,
  sanitizedJson,
} from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';

const MAX_RUNNING = 4;
const MAX_MS = 20_000;
/** Results contain data of events and are not kept for long. */
const KEPT_SECONDS = 15 * 60;

/** What jobs are claimed and run with. */
export interface JobsDeps {
  readonly db: Database;
  /** Names of the sinks hosted here. */
  readonly sinks: readonly string[];
  /** The id under which this process owns slots. */
  readonly instance: string;
  readonly run: (job: Job, signal: AbortSignal) => Promise<JobResult>;
  readonly logger: Logger;
  /** Longest run of a job. Default 20,000. */
  readonly maxMs?: number;
}

/** Other kinds wait for a newer release. */
const KINDS = Object.keys(jobInput);

// A job of an integration runs in the process that owns it: only that one refreshes its tokens.
const claimSql = `
  with next as materialized (
    select j.id from sink_job j
    left join integrations g on g.id = j.integration_id
    left join sink_slot s on s.sink = g.sink and s.slot = g.slot
    where j.sink = any($2::text[]) and j.state in ('waiting', 'pending') and j.kind = any($4::text[])
      and j.asked_at > now() - ${JOB_TIMEOUT_SECONDS} * interval '1 second' and (s.owner is null or s.owner = $1::uuid)
    order by j.asked_at limit $3::int for update of j skip locked
  )
  update sink_job j set state = 'taken', taken_at = now(), taken_by = $1::uuid from next where j.id = next.id
  returning j.id, j.tenant_id as "tenantId", j.sink, j.kind, j.integration_id as "integrationId", j.settings, j.input`;

/** The jobs of one process. */
export class Jobs {
  private readonly running = new Set<Promise<void>>();
  /** One for each running job: one signal for the whole process would keep a listener of every job. */
  private readonly aborts = new Set<AbortController>();
  private stopped = false;

  constructor(private readonly deps: JobsDeps) {}

  /** Claims and starts as many jobs as there is room for. */
  async turn(): Promise<void> {
    const { db, instance, sinks } = this.deps;
    const room = MAX_RUNNING - this.running.size;
    if (room <= 0 || this.stopped) return;
    for (const job of await db.query<Job>(claimSql, [instance, sinks, room, KINDS])) {
      const run = this.runAndStore(job).finally(() => this.running.delete(run));
      this.running.add(run);
    }
    // Jobs that were claimed during a stop: nothing else waits for them.
    if (this.stopped) await Promise.all(this.running);
  }

  /** Forgets jobs of a while ago, done or not, of whatever sink: some may never run again. */
  async clean(): Promise<void> {
    await this.deps.db.query(`delete from sink_job where asked_at < now() - $1::int * interval '1 second'`, [
      KEPT_SECONDS,
    ]);
  }

  /** Starts no more jobs and aborts the running ones. Resolves when their results are written. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const abort of this.aborts) abort.abort(stopError());
    await Promise.all(this.running);
  }

  private async runAndStore(job: Job): Promise<void> {
    const { db, instance, logger } = this.deps;
    const result = await this.resultOf(job);
    await db
      .query(
        `update sink_job set state = 'done', result = $3::jsonb, done_at = now()
         where id = $1 and taken_by = $2::uuid and state = 'taken'`,
        [job.id, instance, sanitizedJson(result)],
      )
      .catch((error: unknown) => {
        logger.warn(
          { job_id: job.id, error_message: String(error) },
          'The result of a job could not be stored.',
        );
      });
  }

  private async resultOf(job: Job): Promise<JobResult> {
    const { run, logger, maxMs = MAX_MS } = this.deps;
    const abort = new AbortController();
    const aborted = new Promise<never>((_resolve, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason));
    });
    const tooLate = new JobError('TOO_LATE', `running a job: it was not done within ${maxMs / 1000} s`);
    const late = setTimeout(() => abort.abort(tooLate), maxMs);
    this.aborts.add(abort);
    if (this.stopped) abort.abort(stopError());
    try {
      return await Promise.race([aborted, run(job, abort.signal)]);
    } catch (error) {
      if (error instanceof JobError) return failure(error.code, error.message);
      const fields = { job_id: job.id, sink: job.sink, error_message: String(error) };
      logger.warn(fields, 'Running a job failed.');
      return failure('FAILED', 'running a job: an internal error, see the log; ask again');
    } finally {
      clearTimeout(late);
      this.aborts.delete(abort);
    }
  }
}

function stopError(): JobError {
  return new JobError('STOPPED', 'running a job: the process ends; ask again');
}

function failure(code: JobErrorCode, message: string): JobResult {
  return { error: { code, message } };
}
