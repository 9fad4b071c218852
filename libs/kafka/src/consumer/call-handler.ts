// Calls a handler once and classifies what it throws.
import { InfrastructureError, RecordError } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { isOutcome, type Outcome } from './outcome.ts';

/** A handler as this library calls it: records of one partition in, one outcome per record out. */
export type HandlerCall = (records: readonly InRecord[]) => Promise<readonly Outcome[]>;

/**
 * The handler threw, or returned something else than outcomes. `record`: the error is proven to be about one of the
 * records. `infrastructure`: it is proven not to be. `unknown`: neither is proven.
 */
export interface HandlerFailure {
  readonly kind: 'record' | 'infrastructure' | 'unknown';
  readonly error: Error;
  /** One of a bounded set, for metrics. */
  readonly code: string;
}

/** Calls the handler once; never throws. */
export async function callHandler(
  call: HandlerCall,
  records: readonly InRecord[],
): Promise<{ readonly outcomes: readonly Outcome[] } | { readonly failure: HandlerFailure }> {
  try {
    const outcomes = await call(records);
    checkOutcomes(outcomes, records.length);
    return { outcomes };
  } catch (error) {
    return { failure: classifyError(error) };
  }
}

function classifyError(thrown: unknown): HandlerFailure {
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

/** An error as log fields. Leaves out a SyntaxError's message: V8 quotes the text in it, which may be a customer's. */
export function errorFields(error: Error | undefined): Readonly<Record<string, unknown>> {
  return {
    error_name: error?.name,
    error_message: error instanceof SyntaxError ? undefined : error?.message,
    stack: error?.stack?.split('\n').filter((line) => line.startsWith('    at ')),
  };
}
