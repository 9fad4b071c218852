// What is written down in one go: outcomes of deliveries, and rows that go back unfinished.
import type { Claim } from './row.ts';
import { storableText } from './storable.ts';

/** The request that decided a delivery, without what is secret in it. */
export interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What is written down about a row whose delivery was tried, or decided without a call. */
export interface OutcomeEntry extends Claim {
  /** Attempts used up, and calls made, before this one. */
  readonly attempts: number;
  readonly calls: number;
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  /** Attempts this one uses up: 0 or 1. */
  readonly counted: number;
  /** Whether there is an attempt to show. */
  readonly called: boolean;
  /** For a waiting row: seconds until it is due. */
  readonly delaySeconds: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly at: Date;
  readonly latencyMs: number;
  readonly asked: Asked | null;
  /** The beginning of the answer, secrets masked. */
  readonly answer: string | null;
}

/** A row given back unfinished: it is due no sooner than after the delay. */
export interface Released extends Claim {
  readonly delaySeconds: number;
}

/** One write of the recorder. */
export interface LedgerWrite {
  readonly outcomes: readonly OutcomeEntry[];
  readonly released: readonly Released[];
}

const MAX_TEXT = 1000;

/** The parameters of `recordSql`, in its order, and those that `recordAndReleaseSql` has besides. */
export function recordColumns({ outcomes, released }: LedgerWrite): [unknown[], unknown[]] {
  const of = <T>(field: (entry: OutcomeEntry) => T) => outcomes.map(field);
  const its = [
    of(({ day }) => day),
    of(({ id }) => id),
    of(({ claim }) => claim),
    of(({ state }) => state),
    of(({ counted }) => counted),
    of(({ called }) => (called ? 1 : 0)),
    of(({ delaySeconds }) => delaySeconds),
    of(({ kind }) => kind),
    of(({ reason }) => clean(reason)),
    of(({ reference }) => clean(reference)),
    of(({ status }) => status),
    of(({ at }) => at.toISOString()),
    of(({ latencyMs }) => latencyMs),
    of(({ asked }) => asked?.method ?? null),
    of(({ asked }) => clean(asked?.host ?? null)),
    of(({ asked }) => clean(asked?.path ?? null)),
    of(({ answer }) => (answer === null ? null : storableText(answer))),
    of(({ attempts }) => attempts),
    of(({ calls }) => calls),
  ];
  const theirs = [
    released.map(({ day }) => day),
    released.map(({ id }) => id),
    released.map(({ claim }) => claim),
    released.map(({ delaySeconds }) => delaySeconds),
  ];
  return [its, theirs];
}

const clean = (text: string | null) => (text === null ? null : storableText(text, MAX_TEXT));
