// What can be asked of a sink's own process by whoever imports no sink: rows of `sink_job`, their input and their result.
import { envelope, rules } from '@switchboard/contracts';
import { z } from 'zod';
import type { Asked } from '../deliveries/entries.ts';

/**
 * `check`: is the integration usable? `prepare`: make on the other side what it needs there. `test`: one delivery for real,
 * that is no row of the ledger. `dry_run`: the same without a call, to see what would be sent. `preview`: what rules and
 * mapping make of the tenant's last events.
 */
export type JobKind = keyof typeof jobInput;

/** Kinds that every release knows that may still run. Later ones wait for a process that knows them (migration 29). */
const FIRST_KINDS: readonly string[] = ['check', 'test', 'dry_run', 'preview'];

/** The state in which a job is stored until it is taken. */
export function askedState(kind: JobKind): 'waiting' | 'pending' {
  return FIRST_KINDS.includes(kind) ? 'waiting' : 'pending';
}

/** Nobody waits longer for a job to begin or to end; it is not begun after that. */
export const PATIENCE_SECONDS = 60;

const MAX_LAST = 10;
const MAX_ANSWERS = 20;

/** An answer of the other side, made up: what a dry run lets a sink go on with. Text is sent as it is. */
const answer = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  headers: z.record(z.string().toLowerCase(), z.string()).default({}),
  body: z.unknown(),
});

export type Answer = z.output<typeof answer>;

/** Which event: one that is given, or the example of a type that the sink takes, the first one where none is named. */
const madeUp = { event: envelope.optional(), type: z.string().optional() };

/** A row of the ledger, or an event that is stored. `day` (YYYY-MM-DD) is its partition and saves looking for it. */
const stored = {
  deliveryId: z.int().optional(),
  eventId: z.string().optional(),
  day: z.iso.date().optional(),
};

const oneOf = (names: readonly string[]) => ({
  check: (given: object) => names.filter((name) => name in given).length <= 1,
  message: `names more than one of ${names.join(', ')}`,
});
const ofTest = oneOf(Object.keys(madeUp));
const ofDryRun = oneOf([...Object.keys(madeUp), 'deliveryId', 'eventId']);

/** The input of each kind of job, as it is stored. */
export const jobInput = {
  check: z.strictObject({}),
  prepare: z.strictObject({}),
  test: z.strictObject(madeUp).refine(ofTest.check, ofTest.message),
  dry_run: z
    .strictObject({
      ...madeUp,
      ...stored,
      /** As a forced replay would send it: under another key, with no step done. */
      forced: z.boolean().default(false),
      answers: z.array(answer).max(MAX_ANSWERS).default([]),
    })
    .refine(ofDryRun.check, ofDryRun.message),
  preview: z.strictObject({ last: z.int().min(1).max(MAX_LAST).default(5) }),
} as const;

export type TestInput = z.output<typeof jobInput.test>;
export type DryRunInput = z.output<typeof jobInput.dry_run>;

/** Settings of an integration that is not saved; secrets by field, sealed for the job. */
export const unsavedSettings = z.strictObject({
  config: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
  mapping: z.unknown().default({}),
  rules: rules.default([]),
  delivery: z.unknown().default({}),
});

/** A job as a process has taken it. */
export interface Job {
  readonly id: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly kind: JobKind;
  readonly integrationId: string | null;
  readonly settings: unknown;
  readonly input: unknown;
}

/** How a try ended, as it would be recorded of a delivery; secrets masked. */
export interface JobOutcome {
  /** What the sink said, or `threw` (a bug in it), or `interrupted` (trouble of ours). */
  readonly kind: 'delivered' | 'skipped' | 'rejected' | 'broken' | 'retry' | 'threw' | 'interrupted';
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly latencyMs: number;
  /** The last call, and the beginning of its answer. */
  readonly asked: Asked | null;
  readonly answer: string | null;
}

/** A call that was not made; secrets masked. */
export interface DryRequest {
  readonly method: string;
  readonly host: string;
  /** Without the values of its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body; null when there is none. */
  readonly body: string | null;
  /** Of the whole body. */
  readonly bodyBytes: number;
  /** Status of the answer that the sink was given. */
  readonly answered: number;
}

/** An event of a preview. */
export interface Previewed {
  readonly eventId: string;
  readonly type: string;
  /** RFC 3339. */
  readonly acceptedAt: string;
  /** The rules hold. */
  readonly wanted: boolean;
  /** What the mapping fills, and which required fields it cannot. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly missing: readonly string[];
  /** What would be sent; nothing for one that is not wanted. */
  readonly requests: readonly DryRequest[];
  readonly outcome: JobOutcome | null;
}

/**
 * `INPUT_INVALID`, `SETTINGS_INVALID`: as the message says. `INTEGRATION_UNKNOWN`, `EVENT_UNKNOWN`: there is none, or it
 * is another tenant's. `TOO_LATE`: not done in time. `STOPPED`: the process that ran it ended. `FAILED`: trouble of ours.
 */
export type JobErrorCode =
  | 'INPUT_INVALID'
  | 'SETTINGS_INVALID'
  | 'INTEGRATION_UNKNOWN'
  | 'EVENT_UNKNOWN'
  | 'TOO_LATE'
  | 'STOPPED'
  | 'FAILED';

/** What came of a job; plain JSON without secrets. */
export type JobResult =
  | { readonly error: { readonly code: JobErrorCode; readonly message: string } }
  /** The sink has no check, or no prepare. */
  | { readonly unsupported: true }
  | { readonly outcome: JobOutcome }
  | { readonly outcome: JobOutcome; readonly requests: readonly DryRequest[] }
  | { readonly events: readonly Previewed[] };

/** A job that cannot be run as it was asked for. */
export class JobError extends Error {
  override readonly name = 'JobError';

  constructor(
    readonly code: JobErrorCode,
    message: string,
  ) {
    super(message);
  }
}
