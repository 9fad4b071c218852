// Runs a job: a try of the runtime's own at an event, with what the kind of job calls for in place of the ledger, of the
// links and, where nothing may be sent, of the network.
import { type Logger, mapFields, rulesHold, schemaFaults } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import {
  type Answer,
  type DryRequest,
  type Job,
  JobError,
  type JobOutcome,
  type JobResult,
  jobInput,
  Links,
  type Previewed,
} from '@switchboard/ledger';
import type { Database, SecretBox } from '@switchboard/postgres';
import { AuthError, type Sink, type Tokens } from '@switchboard/sink';
import type { z } from 'zod';
import { type AttemptDeps, attempt } from '../attempt/attempt.ts';
import { phoneOf, readEnvelope } from '../attempt/prepare.ts';
import type { SecretMask } from '../secrecy/secret-mask.ts';
import type { Integrations } from '../settings/integrations.ts';
import { type Settings, settingsOfJob, type UsableSettings } from '../settings/settings.ts';
import { TokenKeeper } from '../tokens/token-keeper.ts';
import { forgetfulTokens } from '../tokens/token-store.ts';
import { DryHttp } from './dry-http.ts';
import { type Attempted, dryRow, integrationOf, lastRows, madeUpRow } from './events.ts';

/** What jobs are run with: the parts that deliveries of this process have. */
export interface JobParts {
  readonly db: Database;
  readonly box: SecretBox;
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly integrations: Pick<Integrations, 'of' | 'refresh'>;
  readonly http: Pick<HttpClient, 'request'>;
  readonly tokens: Tokens;
  readonly logger: Logger;
}

/** A job with what was found for it. */
interface Scene {
  readonly job: Job;
  readonly parts: JobParts;
  readonly sink: Sink;
  readonly settings: UsableSettings;
  readonly signal: AbortSignal;
}

/** Runs a job until it is done or `signal` is aborted. Throws JobError, and what Postgres throws. */
export async function runJob(job: Job, parts: JobParts, signal: AbortSignal): Promise<JobResult> {
  const sink = parts.sinks.get(job.sink);
  if (sink === undefined) throw new RangeError(`running a job: no sink ${job.sink} is hosted here`);
  const settings = await settingsFor(job, sink, parts);
  if (!settings.ok) throw new JobError('SETTINGS_INVALID', settings.reason);
  const scene: Scene = { job, parts, sink, settings, signal };
  switch (job.kind) {
    case 'check':
      inputOf(jobInput.check, job);
      return askSink(scene, sink.check);
    case 'prepare':
      inputOf(jobInput.prepare, job);
      return askSink(scene, sink.prepare);
    case 'test': {
      const row = madeUpRow(job, sink, inputOf(jobInput.test, job));
      return { outcome: await tryOn(scene, row, parts.http, tokensOf(scene), noLinks()) };
    }
    case 'dry_run': {
      const input = inputOf(jobInput.dry_run, job);
      return dryRun(scene, await dryRow(parts.db, job, sink, input), input.answers);
    }
    case 'preview': {
      const { last } = inputOf(jobInput.preview, job);
      const events: Previewed[] = [];
      for (const row of await lastRows(parts.db, job, sink, last)) events.push(await preview(scene, row));
      return { events };
    }
  }
}

async function settingsFor(job: Job, sink: Sink, { box, integrations }: JobParts): Promise<Settings> {
  if (job.integrationId === null) return settingsOfJob(sink, job, box);
  // Whoever asks may have saved it a moment ago.
  await integrations.refresh([job.integrationId]);
  const settings = await integrations.of(job.integrationId, job.sink);
  if (settings !== undefined) return settings;
  throw new JobError('INTEGRATION_UNKNOWN', `reading integration ${job.integrationId}: there is none`);
}

function inputOf<Schema extends z.ZodType>(schema: Schema, { input }: Job): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new JobError('INPUT_INVALID', `reading the input of a job: ${schemaFaults(parsed.error)}`);
}

/** A try whose delivery is a check or a prepare: errors, credentials and masks are those of any call. */
async function askSink(
  scene: Scene,
  ask: Sink['check'],
): Promise<{ outcome: JobOutcome } | { unsupported: true }> {
  if (ask === undefined) return { unsupported: true };
  const { job, sink, settings } = scene;
  const asking: Sink = {
    ...sink,
    deliver: (_event, { config, http, signal, logger }) => ask.call(sink, { config, http, signal, logger }),
  };
  const unmapped = { ...scene, sink: asking, settings: { ...settings, mapping: {} } };
  const row = madeUpRow(job, sink, {});
  return { outcome: await tryOn(unmapped, row, scene.parts.http, tokensOf(scene), noLinks()) };
}

async function dryRun(
  scene: Scene,
  row: Attempted,
  answers: readonly Answer[] = [],
): Promise<{ outcome: JobOutcome; requests: readonly DryRequest[] }> {
  const http = new DryHttp(() => maskOf(scene, noTokens), answers);
  const outcome = await tryOn(scene, row, http, noTokens, rememberedLinks(scene));
  return { outcome, requests: http.requests };
}

async function preview(scene: Scene, row: Attempted): Promise<Previewed> {
  const { rules, mapping } = scene.settings;
  const envelope = readEnvelope(row.body);
  if (envelope === undefined) throw new RangeError(`previewing ${row.eventId}: its body is no event`);
  const wanted = rulesHold(rules, envelope, row.acceptedAt);
  const dry = wanted ? await dryRun(scene, row) : { requests: [], outcome: null };
  return {
    eventId: row.eventId,
    type: row.eventType,
    acceptedAt: row.acceptedAt.toISOString(),
    wanted,
    ...mapFields(mapping, envelope, { phone: phoneOf }),
    ...dry,
  };
}

/** One try, of which nothing is stored. */
async function tryOn(
  scene: Scene,
  row: Attempted,
  http: AttemptDeps['http'],
  tokens: Tokens,
  links: AttemptDeps['links'],
): Promise<JobOutcome> {
  const { sink, settings, signal } = scene;
  const result = await attempt(row, {
    sinks: new Map([[row.sink, sink]]),
    integrations: { of: async () => settings },
    http,
    steps: { store: async () => undefined },
    links,
    tokens,
    logger: scene.parts.logger,
    signal,
    stopping: () => signal.aborted,
  });
  if (result === 'lost') throw new JobError('FAILED', 'running a job: it was given up');
  const { kind, reason, reference, status, latencyMs, request, answer } = result;
  return { kind, reason, reference, status, latencyMs, asked: request, answer };
}

/** Hides everything that is secret about the calls of a job; asked after a call, it knows what was made for it. */
function maskOf({ job, sink, settings: { config, mask } }: Scene, tokens: Tokens): SecretMask {
  return mask(sink.auth?.secrets({ config, integrationId: integrationOf(job), tokens }));
}

/** Tokens for calls that go out. What is got for an unsaved integration cannot be kept. */
function tokensOf({ job, parts }: Scene): Tokens {
  if (job.integrationId !== null) return parts.tokens;
  const keeper = new TokenKeeper(forgetfulTokens, parts.http);
  return {
    async current(integrationId, grant) {
      if (grant.refreshToken === undefined) return keeper.current(integrationId, grant);
      throw new AuthError(
        'UNUSABLE',
        'getting an access token: that could use up the refresh token; save the integration before it is tried',
      );
    },
    refused: (integrationId, accessToken) => keeper.refused(integrationId, accessToken),
    secrets: (integrationId) => keeper.secrets(integrationId),
  };
}

/** Tokens for calls that are not made. */
const noTokens: Tokens = { current: async () => 'dry-run', refused: () => undefined, secrets: () => [] };

function noLinks(): AttemptDeps['links'] {
  const kept = new Map<string, string>();
  return {
    get: async ({ kind }) => kept.get(kind),
    keep: async (_row, { kind }, id) => void kept.set(kind, id),
  };
}

/** The links there are, and on top of them what the try itself would have kept. */
function rememberedLinks({ parts: { db, logger }, signal }: Scene): AttemptDeps['links'] {
  const own = noLinks();
  const persistence = {
    get abandoned() {
      return signal.aborted;
    },
  };
  const stored = new Links(db, persistence, logger);
  return { get: async (place) => (await own.get(place)) ?? stored.get(place), keep: own.keep };
}
