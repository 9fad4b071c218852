// One attempt at one delivery: prepare the row, call the sink with its context, and turn whatever happens into a result.
// Nothing is thrown.
import type { LedgerRow } from '@switchboard/ledger';
import { isOutcome } from '@switchboard/sink';
import { type AttemptResult, AttemptResultBuilder } from './attempt-result.ts';
import { type ContextDeps, maskOf, sinkContext } from './context.ts';
import { type PrepareDeps, prepare } from './prepare.ts';

/** What an attempt needs. */
export type AttemptDeps = PrepareDeps & ContextDeps;

/** Makes an attempt. `lost` means that the row now belongs to another process: nothing may be recorded for it. */
export async function attempt(row: LedgerRow, deps: AttemptDeps): Promise<AttemptResult | 'lost'> {
  const result = new AttemptResultBuilder(row, deps.logger);
  try {
    const prepared = await prepare(row, deps);
    if (isOutcome(prepared)) return result.fromOutcome(prepared, false);
    if ('interrupted' in prepared) return result.interrupted(prepared.interrupted);
    result.maskWith(maskOf(prepared, row, deps));
    const context = sinkContext(row, prepared, result.lastCall, deps);
    return result.fromOutcome(await prepared.sink.deliver(prepared.event, context), true);
  } catch (error) {
    return result.fromError(error);
  }
}
