// Jobs (`sink_job`): work that a process of a sink does for somebody without the sink's code. Their input and their result.
import { envelope, rules } from '@switchboard/contracts';
import { z } from 'zod';
import type { RequestSummary } from '../deliveries/ledger-write.ts';

/**
 * `check`: is the integration usable? `prepare`: create what the sink needs at the vendor. `test`: one real delivery without
 * a row in the ledger. `dry_run`: the same without calls, to see what would be sent. `preview`: what the rules and the
 * mapping do with the tenant's last events.
 */
export type JobKind = keyof typeof jobInput;

/** Kinds that every supported release knows. Newer kinds wait for a process that knows them (migration 29). */
const FIRST_KINDS: readonly string[] = ['check', 'test', 'dry_run', 'preview'];

/** The state of a new job. */
export function initialState(kind: JobKind): 'waiting' | 'pending' {
  return FIRST_KINDS.includes(kind) ? 'waiting' : 'pending';
}

/** Time limit for a job to be taken, and then to end. A job that is not taken in time never runs. */
export const JOB_TIMEOUT_SECONDS = 60;

const MAX_PREVIEWED = 10;
const MAX_ANSWERS = 20;

/** An answer of the vendor that a dry run gives to the sink. A text body is used unchanged. */
const simulatedAnswer = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  headers: z.record(z.string().toLowerCase(), z.string()).default({}),
  body: z.unknown(),
});

export type SimulatedAnswer = z.output<typeof simulatedAnswer>;

/** The event: given as a whole, or the example of a type; by default the example of the first type the sink accepts. */
const eventOrType = { event: envelope.optional(), type: z.string().optional() };

/** A row of the ledger, or a stored event. `day` (YYYY-MM-DD) is its partition and makes the look-up faster. */
const storedEvent = {
  deliveryId: z.int().optional(),
  eventId: z.string().optional(),
  day: z.iso.date().optional(),
};

const atMostOneOf = (names: readonly string[]) => ({
  check: (given: object) => names.filter((name) => name in given).length <= 1,
  message: `names more than one of ${names.join(', ')}`,
});
const ofTest = atMostOneOf(Object.keys(eventOrType));
const ofDryRun = atMostOneOf([...Object.keys(eventOrType), 'deliveryId', 'eventId']);

/** The input of each kind of job, as it is stored. */
export const jobInput = {
  check: z.strictObject({}),
  prepare: z.strictObject({}),
  test: z.strictObject(eventOrType).refine(ofTest.check, ofTest.message),
  dry_run: z
    .strictObject({
      ...eventOrType,
      ...storedEvent,
      /** As a forced replay would send it: with a new idempotency key and no step done. */
      forced: z.boolean().default(false),
      answers: z.array(simulatedAnswer).max(MAX_ANSWERS).default([]),
    })
    .refine(ofDryRun.check, ofDryRun.message),
  preview: z.strictObject({ last: z.int().min(1).max(MAX_PREVIEWED).default(5) }),
} as const;

export type TestInput = z.output<typeof jobInput.test>;
export type DryRunInput = z.output<typeof jobInput.dry_run>;

/** Settings of an integration that is not saved; secrets by field, encrypted for the job. */
export const unsavedSettings = z.strictObject({
  config: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
  mapping: z.unknown().default({}),
  rules: rules.default([]),
  delivery: z.unknown().default({}),
});

/** A job that a process has taken. */
export interface Job {
  readonly id: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly kind: JobKind;
  readonly integrationId: string | null;
  readonly settings: unknown;
  readonly input: unknown;
}

/** The outcome of the attempt, as it would be recorded for a delivery; secrets masked. */
export interface JobOutcome {
  /** What the sink returned, or `threw` (a bug in the sink), or `interrupted` (an infrastructure failure). */
  readonly kind: 'delivered' | 'skipped' | 'rejected' | 'broken' | 'retry' | 'threw' | 'interrupted';
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly latencyMs: number;
  /** The last call, and the beginning of its answer. */
  readonly asked: RequestSummary | null;
  readonly answer: string | null;
}

/** A call that was not made; secrets masked. */
export interface DryRequest {
  readonly method: string;
  readonly host: string;
  /** The query has its names, without values. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body; null when there is none. */
  readonly body: string | null;
  /** Size of the whole body. */
  readonly bodyBytes: number;
  /** Status of the answer that the sink was given. */
  readonly answered: number;
}

/** An event of a preview. */
export interface PreviewedEvent {
  readonly eventId: string;
  readonly type: string;
  /** RFC 3339. */
  readonly acceptedAt: string;
  /** Whether the tenant's rules select the event. */
  readonly wanted: boolean;
  /** The fields that the mapping fills, and the required fields that it cannot fill. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly missing: readonly string[];
  /** What would be sent; empty when the event is not wanted. */
  readonly requests: readonly DryRequest[];
  readonly outcome: JobOutcome | null;
}

/**
 * `INPUT_INVALID`, `SETTINGS_INVALID`: the message says what is wrong. `INTEGRATION_UNKNOWN`, `EVENT_UNKNOWN`: it does not
 * exist or belongs to another tenant. `TOO_LATE`: not done in time. `STOPPED`: the process that ran it ended. `FAILED`: an
 * infrastructure failure.
 */
export type JobErrorCode =
  | 'INPUT_INVALID'
  | 'SETTINGS_INVALID'
  | 'INTEGRATION_UNKNOWN'
  | 'EVENT_UNKNOWN'
  | 'TOO_LATE'
  | 'STOPPED'
  | 'FAILED';

/** The result of a job; plain JSON without secrets. */
export type JobResult =
  | { readonly error: { readonly code: JobErrorCode; readonly message: string } }
  /** The sink has no check, or no prepare. */
  | { readonly unsupported: true }
  | { readonly outcome: JobOutcome }
  | { readonly outcome: JobOutcome; readonly requests: readonly DryRequest[] }
  | { readonly events: readonly PreviewedEvent[] };

/** A job that cannot run as requested. */
export class JobError extends Error {
  override readonly name = 'JobError';

  constructor(
    readonly code: JobErrorCode,
    message: string,
  ) {
    super(message);
  }
}
