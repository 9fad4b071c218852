// Calls of handlers as they are: an outcome per record, or what went wrong and of which kind it is.
import { InfrastructureError, RecordError } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { isOutcome, type Outcome } from './outcome.ts';

/** A handler seen from here: records of one partition in, as many outcomes out. */
export type Call = (records: readonly InRecord[]) => Promise<readonly Outcome[]>;

/**
 * The handler threw, or returned what is no outcome. `record`: it is proven to be about one of the records.
 * `infrastructure`: it is proven not to be. `unknown`: nobody has said.
 */
export interface Failure {
  readonly kind: 'record' | 'infrastructure' | 'unknown';
  readonly error: Error;
  /** A bounded set of values, for metrics. */
  readonly code: string;
}

/** Calls the handler once; never throws. */
export async function callHandler(
  call: Call,
  records: readonly InRecord[],
): Promise<{ readonly outcomes: readonly Outcome[] } | { readonly failure: Failure }> {
  try {
    const outcomes = await call(records);
    checkOutcomes(outcomes, records.length);
    return { outcomes };
  } catch (error) {
    return { failure: classify(error) };
  }
}

function classify(thrown: unknown): Failure {
  if (thrown instanceof InfrastructureError) {
    return { kind: 'infrastructure', error: thrown, code: thrown.code };
  }
  if (thrown instanceof RecordError) return { kind: 'record', error: thrown, code: thrown.code };
  const error =
    thrown instanceof Error ? thrown : new TypeError(`a handler threw ${typeof thrown}, not an Error`);
  return { kind: 'unknown', error, code: 'UNEXPECTED' };
}

function checkOutcomes(outcomes: readonly Outcome[], records: number): void {
  if (!Array.isArray(outcomes) || outcomes.length !== records || !outcomes.every(isOutcome)) {
    const got = Array.isArray(outcomes) ? `${outcomes.length} values` : typeof outcomes;
    throw new TypeError(`a handler of ${records} records must return as many outcomes; it returned ${got}`);
  }
}

/** An error for a log line. V8 quotes the text it cannot parse, and that is somebody's conversation. */
export function errorFields(error: Error | undefined): Readonly<Record<string, unknown>> {
  return {
    error_name: error?.name,
    error_message: error instanceof SyntaxError ? undefined : error?.message,
    stack: error?.stack?.split('\n').filter((line) => line.startsWith('    at ')),
  };
}
