// What the recorder writes in one statement: outcomes of deliveries, and rows that are released without an outcome.
import type { Claim } from './ledger-row.ts';
import { sanitizeText } from './sanitize.ts';

/** The request that decided the outcome, without secrets. */
export interface RequestSummary {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** The outcome of an attempt, or of a decision without a call. */
export interface OutcomeEntry extends Claim {
  /** The row's counters before this outcome: attempts used up, and attempts made. */
  readonly attemptsUsed: number;
  readonly attemptsMade: number;
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  /** How many attempts this outcome uses up: 0 or 1. */
  readonly counted: number;
  /** Whether there was an attempt, which is then listed. */
  readonly called: boolean;
  /** For a row that waits again: seconds until it is due. */
  readonly delaySeconds: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly at: Date;
  readonly latencyMs: number;
  readonly request: RequestSummary | null;
  /** The beginning of the answer, secrets masked. */
  readonly answer: string | null;
}

/** A row that is released without an outcome. It is due after the delay at the earliest. */
export interface ReleasedRow extends Claim {
  readonly delaySeconds: number;
}

/** One write of the recorder. */
export interface LedgerWrite {
  readonly outcomes: readonly OutcomeEntry[];
  readonly released: readonly ReleasedRow[];
}

const MAX_TEXT = 1000;

/** The parameters of `recordSql`, in order, and the further ones of `recordAndReleaseSql`. */
export function recordParameters({ outcomes, released }: LedgerWrite): [unknown[], unknown[]] {
  const of = <T>(field: (entry: OutcomeEntry) => T) => outcomes.map(field);
  const outcomeColumns = [
    of(({ day }) => day),
    of(({ id }) => id),
    of(({ claim }) => claim),
    of(({ state }) => state),
    of(({ counted }) => counted),
    of(({ called }) => (called ? 1 : 0)),
    of(({ delaySeconds }) => delaySeconds),
    of(({ kind }) => kind),
    of(({ reason }) => sanitizeShort(reason)),
    of(({ reference }) => sanitizeShort(reference)),
    of(({ status }) => status),
    of(({ at }) => at.toISOString()),
    of(({ latencyMs }) => latencyMs),
    of(({ request }) => request?.method ?? null),
    of(({ request }) => sanitizeShort(request?.host ?? null)),
    of(({ request }) => sanitizeShort(request?.path ?? null)),
    of(({ answer }) => (answer === null ? null : sanitizeText(answer))),
    of(({ attemptsUsed }) => attemptsUsed),
    of(({ attemptsMade }) => attemptsMade),
  ];
  const releasedColumns = [
    released.map(({ day }) => day),
    released.map(({ id }) => id),
    released.map(({ claim }) => claim),
    released.map(({ delaySeconds }) => delaySeconds),
  ];
  return [outcomeColumns, releasedColumns];
}

const sanitizeShort = (text: string | null) => (text === null ? null : sanitizeText(text, MAX_TEXT));
