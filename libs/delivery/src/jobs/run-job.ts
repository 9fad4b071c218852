// Runs one job: an ordinary attempt in which the ledger, the links and, for a dry run, the network are replaced by what the
// kind of job needs.
import { type Logger, mapFields, rulesHold, schemaFaults } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import {
  type DryRequest,
  type Job,
  JobError,
  type JobOutcome,
  type JobResult,
  jobInput,
  Links,
  type PreviewedEvent,
  type SimulatedAnswer,
} from '@switchboard/ledger';
import type { Database, SecretBox } from '@switchboard/postgres';
import { AuthError, type Sink, type Tokens } from '@switchboard/sink';
import type { z } from 'zod';
import { type AttemptDeps, attempt } from '../attempt/attempt.ts';
import { maskOf } from '../attempt/context.ts';
import { phoneOf, readEnvelope } from '../attempt/prepare.ts';
import { STOPS } from '../attempt/sink-http.ts';
import type { Integrations } from '../settings/integrations.ts';
import { type Settings, settingsOfJob, type UsableSettings } from '../settings/settings.ts';
import { TokenKeeper } from '../tokens/token-keeper.ts';
import { noTokenStore } from '../tokens/token-store.ts';
import { DryHttp } from './dry-http.ts';
import { dryRunRow, integrationOf, type JobRow, latestRows, sampleRow } from './job-rows.ts';

/** What a job is run with: the same parts as deliveries of this process. */
export interface RunJobDeps {
  readonly db: Database;
  readonly box: SecretBox;
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly integrations: Pick<Integrations, 'of' | 'load'>;
  readonly http: Pick<HttpClient, 'request'>;
  readonly tokens: Tokens;
  readonly logger: Logger;
}

/** A job with its sink and settings. */
interface LoadedJob {
  readonly job: Job;
  readonly parts: RunJobDeps;
  readonly sink: Sink;
  readonly settings: UsableSettings;
  readonly signal: AbortSignal;
}

/** Runs a job until it is done or `signal` is aborted. Throws JobError and InfrastructureError. */
export async function runJob(job: Job, parts: RunJobDeps, signal: AbortSignal): Promise<JobResult> {
  const sink = parts.sinks.get(job.sink);
  if (sink === undefined) throw new RangeError(`running a job: no sink ${job.sink} is hosted here`);
  const settings = await settingsFor(job, sink, parts);
  if (!settings.ok) throw new JobError('SETTINGS_INVALID', settings.reason);
  const loaded: LoadedJob = { job, parts, sink, settings, signal };
  switch (job.kind) {
    case 'check':
      inputOf(jobInput.check, job);
      return attemptCheck(loaded, sink.check);
    case 'prepare':
      inputOf(jobInput.prepare, job);
      return attemptCheck(loaded, sink.prepare);
    case 'test': {
      const row = sampleRow(job, sink, inputOf(jobInput.test, job));
      return { outcome: await attemptRow(loaded, row, parts.http, tokensOf(loaded), emptyLinks()) };
    }
    case 'dry_run': {
      const input = inputOf(jobInput.dry_run, job);
      return dryRun(loaded, await dryRunRow(parts.db, job, sink, input), input.answers);
    }
    case 'preview': {
      const { last } = inputOf(jobInput.preview, job);
      const events: PreviewedEvent[] = [];
      for (const row of await latestRows(parts.db, job, sink, last)) events.push(await preview(loaded, row));
      return { events };
    }
  }
}

async function settingsFor(job: Job, sink: Sink, { box, integrations }: RunJobDeps): Promise<Settings> {
  if (job.integrationId === null) return settingsOfJob(sink, job, box);
  // The integration may have been saved a moment ago.
  await integrations.load([job.integrationId]);
  const settings = await integrations.of(job.integrationId, job.sink);
  if (settings !== undefined) return settings;
  throw new JobError('INTEGRATION_UNKNOWN', `reading integration ${job.integrationId}: there is none`);
}

function inputOf<Schema extends z.ZodType>(schema: Schema, { input }: Job): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new JobError('INPUT_INVALID', `reading the input of a job: ${schemaFaults(parsed.error)}`);
}

/** An attempt that calls `check` or `prepare` instead of `deliver`: errors, credentials and masks are handled as usual. */
async function attemptCheck(
  loaded: LoadedJob,
  check: Sink['check'],
): Promise<{ outcome: JobOutcome } | { unsupported: true }> {
  if (check === undefined) return { unsupported: true };
  const { job, sink, settings } = loaded;
  const checking: Sink = {
    ...sink,
    deliver: (_event, { config, http, signal, logger }) => check.call(sink, { config, http, signal, logger }),
  };
  const unmapped = { ...loaded, sink: checking, settings: { ...settings, mapping: {} } };
  const row = sampleRow(job, sink, {});
  return { outcome: await attemptRow(unmapped, row, loaded.parts.http, tokensOf(loaded), emptyLinks()) };
}

async function dryRun(
  loaded: LoadedJob,
  row: JobRow,
  answers: readonly SimulatedAnswer[] = [],
): Promise<{ outcome: JobOutcome; requests: readonly DryRequest[] }> {
  const mask = maskOf(loaded, { integrationId: integrationOf(loaded.job) }, { tokens: noTokens });
  const http = new DryHttp(mask, answers);
  const outcome = await attemptRow(loaded, row, http, noTokens, storedLinks(loaded));
  return { outcome, requests: http.requests };
}

async function preview(loaded: LoadedJob, row: JobRow): Promise<PreviewedEvent> {
  const { rules, mapping } = loaded.settings;
  const envelope = readEnvelope(row.body);
  if (envelope === undefined) throw new RangeError(`previewing ${row.eventId}: its body is no event`);
  const wanted = rulesHold(rules, envelope, row.acceptedAt);
  const dry = wanted ? await dryRun(loaded, row) : { requests: [], outcome: null };
  return {
    eventId: row.eventId,
    type: row.eventType,
    acceptedAt: row.acceptedAt.toISOString(),
    wanted,
    ...mapFields(mapping, envelope, { phone: phoneOf }),
    ...dry,
  };
}

/** One attempt of which nothing is stored. */
async function attemptRow(
  loaded: LoadedJob,
  row: JobRow,
  http: AttemptDeps['http'],
  tokens: Tokens,
  links: AttemptDeps['links'],
): Promise<JobOutcome> {
  const { sink, settings, signal } = loaded;
  const result = await attempt(row, {
    sinks: new Map([[row.sink, sink]]),
    integrations: { of: async () => settings },
    http,
    steps: { store: async () => undefined },
    links,
    tokens,
    logger: loaded.parts.logger,
    signal,
    callBarrier: () => (signal.aborted ? STOPS : undefined),
  });
  if (result === 'lost') throw new JobError('FAILED', 'running a job: it was aborted');
  const { kind, reason, reference, status, latencyMs, request, answer } = result;
  return { kind, reason, reference, status, latencyMs, asked: request, answer };
}

/** Tokens for calls that are sent. Tokens of an unsaved integration cannot be stored. */
function tokensOf({ job, parts }: LoadedJob): Tokens {
  if (job.integrationId !== null) return parts.tokens;
  const keeper = new TokenKeeper(noTokenStore, parts.http);
  return {
    async current(integrationId, grant) {
      if (grant.refreshToken === undefined) return keeper.current(integrationId, grant);
      throw new AuthError(
        'UNUSABLE',
        'getting an access token: this could use up the refresh token; save the integration before you try it',
      );
    },
    refused: (integrationId, accessToken) => keeper.refused(integrationId, accessToken),
    secrets: (integrationId) => keeper.secrets(integrationId),
  };
}

/** Tokens for calls that are not sent. */
const noTokens: Tokens = { current: async () => 'dry-run', refused: () => undefined, secrets: () => [] };

function emptyLinks(): AttemptDeps['links'] {
  const kept = new Map<string, string>();
  return {
    get: async ({ kind }) => kept.get(kind),
    keep: async (_row, { kind }, id) => void kept.set(kind, id),
  };
}

/** The stored links, and on top of them those that the attempt itself would have stored. */
function storedLinks({ parts: { db, logger }, signal }: LoadedJob): AttemptDeps['links'] {
  const own = emptyLinks();
  const writeRetries = {
    get abandoned() {
      return signal.aborted;
    },
  };
  const stored = new Links(db, writeRetries, logger);
  return { get: async (place) => (await own.get(place)) ?? stored.get(place), keep: own.keep };
}
