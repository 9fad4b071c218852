// Takes jobs for the sinks of this process and runs them beside the deliveries: few at once, each with an end. A job is
// run at most once, since a test has an effect; whoever asked may ask again.

import type { Logger } from '@switchboard/contracts';
import {
  type Job,
  JobError,
  type JobErrorCode,
  type JobResult,
  jobInput,
  PATIENCE_SECONDS,
  storableJson,
} from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';

const MAX_AT_ONCE = 4;
const MAX_MS = 20_000;
/** Results show what events hold, and are not kept for long. */
const KEPT_SECONDS = 15 * 60;

/** What taking jobs needs. */
export interface JobsParts {
  readonly db: Database;
  /** Names of the sinks hosted here. */
  readonly sinks: readonly string[];
  /** This process, as it owns slots. */
  readonly instance: string;
  readonly run: (job: Job, signal: AbortSignal) => Promise<JobResult>;
  readonly logger: Logger;
  /** Longest run of a job. Default 20,000. */
  readonly maxMs?: number;
}

/** Jobs of other kinds wait for a newer process. */
const KINDS = Object.keys(jobInput);

// Jobs of an integration are its owner's: tokens are refreshed by one process alone.
const takeSql = `
  with next as materialized (
    select j.id from sink_job j
    left join integrations g on g.id = j.integration_id
    left join sink_slot s on s.sink = g.sink and s.slot = g.slot
    where j.sink = any($2::text[]) and j.state in ('waiting', 'pending') and j.kind = any($4::text[])
      and j.asked_at > now() - ${PATIENCE_SECONDS} * interval '1 second' and (s.owner is null or s.owner = $1::uuid)
    order by j.asked_at limit $3::int for update of j skip locked
  )
  update sink_job j set state = 'taken', taken_at = now(), taken_by = $1::uuid from next where j.id = next.id
  returning j.id, j.tenant_id as "tenantId", j.sink, j.kind, j.integration_id as "integrationId", j.settings, j.input`;

/** The jobs of one process. */
export class Jobs {
  private readonly running = new Set<Promise<void>>();
  /** What gives up the jobs under way, one for each: a signal of the whole process would keep something of every job. */
  private readonly ends = new Set<AbortController>();
  private stopped = false;

  constructor(private readonly parts: JobsParts) {}

  /** Takes as many jobs as there is room for and begins them. */
  async turn(): Promise<void> {
    const { db, instance, sinks } = this.parts;
    const room = MAX_AT_ONCE - this.running.size;
    if (room <= 0 || this.stopped) return;
    for (const job of await db.query<Job>(takeSql, [instance, sinks, room, KINDS])) {
      const run = this.work(job).finally(() => this.running.delete(run));
      this.running.add(run);
    }
    // Those that were taken while it stopped; nobody waits for them but this turn.
    if (this.stopped) await Promise.all(this.running);
  }

  /** Forgets jobs of a while ago, done or not, of whatever sink: some may never run again. */
  async clean(): Promise<void> {
    await this.parts.db.query(`delete from sink_job where asked_at < now() - $1::int * interval '1 second'`, [
      KEPT_SECONDS,
    ]);
  }

  /** Begins no more. Resolves when those under way are given up and say so. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const end of this.ends) end.abort(processEnds());
    await Promise.all(this.running);
  }

  private async work(job: Job): Promise<void> {
    const { db, instance, logger } = this.parts;
    const result = await this.resultOf(job);
    await db
      .query(
        `update sink_job set state = 'done', result = $3::jsonb, done_at = now()
         where id = $1 and taken_by = $2::uuid and state = 'taken'`,
        [job.id, instance, storableJson(result)],
      )
      .catch((error: unknown) => {
        logger.warn(
          { job_id: job.id, error_message: String(error) },
          'The result of a job could not be kept.',
        );
      });
  }

  private async resultOf(job: Job): Promise<JobResult> {
    const { run, logger, maxMs = MAX_MS } = this.parts;
    const end = new AbortController();
    const givenUp = new Promise<never>((_resolve, reject) => {
      end.signal.addEventListener('abort', () => reject(end.signal.reason));
    });
    const tooLate = new JobError('TOO_LATE', `running a job: it was not done within ${maxMs / 1000} s`);
    const late = setTimeout(() => end.abort(tooLate), maxMs);
    this.ends.add(end);
    if (this.stopped) end.abort(processEnds());
    try {
      return await Promise.race([givenUp, run(job, end.signal)]);
    } catch (error) {
      if (error instanceof JobError) return failure(error.code, error.message);
      const fields = { job_id: job.id, sink: job.sink, error_message: String(error) };
      logger.warn(fields, 'A job could not be run.');
      return failure('FAILED', 'running a job: trouble inside; ask again');
    } finally {
      clearTimeout(late);
      this.ends.delete(end);
    }
  }
}

function processEnds(): JobError {
  return new JobError('STOPPED', 'running a job: the process ends; ask again');
}

function failure(code: JobErrorCode, message: string): JobResult {
  return { error: { code, message } };
}
