// One attempt at several deliveries in one call. When the sink rejects the batch as a whole, its members are tried one by
// one.
import type { LedgerRow } from '@switchboard/ledger';
import { type Batch, BatchMismatchError, type DeliveryOutcome, isOutcome } from '@switchboard/sink';
import { type AttemptDeps, attempt } from './attempt.ts';
import { type AttemptResult, AttemptResultBuilder, type LastCall } from './attempt-result.ts';
import { leaveBatch, splitBatch, storeBatch } from './batch-membership.ts';
import { batchContext, type CallScope, maskOf } from './context.ts';
import { batchKey, deliveryKey } from './idempotency.ts';
import { type Prepared, prepare } from './prepare.ts';

type Result = AttemptResult | 'lost';

/** A row of the batch. */
interface Member extends Prepared {
  readonly row: LedgerRow;
}

/** Makes an attempt at rows of one sink: in one call where it takes batches, else one by one. Results in their order. */
export async function attemptAll(rows: readonly LedgerRow[], deps: AttemptDeps): Promise<readonly Result[]> {
  const [first] = rows;
  const batch = first === undefined ? undefined : deps.sinks.get(first.sink)?.batch;
  if (batch === undefined) return Promise.all(rows.map((row) => attempt(row, deps)));
  const results = new Map<LedgerRow, Result>();
  const members = await prepareAll(rows, results, deps);
  await attemptBatch(members, results, batch, deps);
  return rows.map((row) => results.get(row) as Result);
}

/** Prepares the rows. A row that needs no call gets its result and is not a member. */
async function prepareAll(
  rows: readonly LedgerRow[],
  results: Map<LedgerRow, Result>,
  deps: AttemptDeps,
): Promise<Member[]> {
  const members: Member[] = [];
  // By id, because the key of the batch depends on the order.
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    const result = new AttemptResultBuilder(row, deps.logger);
    try {
      const prepared = await prepare(row, deps);
      if (isOutcome(prepared)) results.set(row, result.fromOutcome(prepared, false));
      else if ('interrupted' in prepared) results.set(row, result.interrupted(prepared.interrupted));
      else members.push({ row, ...prepared });
    } catch (error) {
      results.set(row, result.fromError(error));
    }
  }
  return members;
}

async function attemptBatch(
  members: readonly Member[],
  results: Map<LedgerRow, Result>,
  batch: Batch,
  deps: AttemptDeps,
): Promise<void> {
  const [first] = members;
  if (first === undefined) return;
  const rows = members.map(({ row }) => row);
  const result = new AttemptResultBuilder(first.row, deps.logger);
  result.maskWith(maskOf(first, first.row, deps));
  const setAll = (one: Result) => {
    for (const row of rows) results.set(row, one);
  };
  try {
    const key = batchKey(rows);
    await storeBatch(rows, { key, size: rows.length }, deps.steps);
    const entries = members.map(({ row, event, mapped }) => ({
      event,
      mapped,
      idempotencyKey: deliveryKey(row),
    }));
    const answer = await batch.deliver(entries, batchContext(scopeOf(members, key, result.lastCall), deps));
    if (isOutcome(answer) && answer.kind === 'rejected' && rows.length > 1) {
      await splitBatch(rows, deps.steps);
      const whole = result.fromOutcome(answer, true);
      const reason = `refused in a batch of ${rows.length} (${whole.reason}); each is tried alone`;
      return setAll({ ...whole, kind: 'interrupted', reason });
    }
    const outcomes = isOutcome(answer) ? rows.map(() => answer) : checkedOutcomes(answer, rows.length);
    // With an outcome for each row, those that are tried again need not stay together.
    if (!isOutcome(answer)) await leaveBatch(retriedRows(rows, outcomes), deps.steps);
    for (const [i, row] of rows.entries()) {
      results.set(row, result.fromOutcome(outcomes[i] as DeliveryOutcome, true));
    }
  } catch (error) {
    setAll(result.fromError(error));
  }
}

/** Checked before any of them takes effect: the rows were delivered in one call and are repeated in one. */
function checkedOutcomes(outcomes: readonly DeliveryOutcome[], count: number): readonly DeliveryOutcome[] {
  if (outcomes.length !== count) throw new BatchMismatchError(count, outcomes.length);
  if (outcomes.every(isOutcome)) return outcomes;
  throw new TypeError(
    'delivering a batch: the sink returned something that is not an outcome; return one for each event',
  );
}

function retriedRows(rows: readonly LedgerRow[], outcomes: readonly DeliveryOutcome[]): LedgerRow[] {
  return rows.filter((_, i) => outcomes[i]?.kind === 'retry' || outcomes[i]?.kind === 'broken');
}

function scopeOf(members: readonly Member[], idempotencyKey: string, lastCall: LastCall): CallScope {
  const { row, sink, settings } = members[0] as Member;
  const logFields = {
    sink: row.sink,
    integration_id: row.integrationId,
    tenant_id: row.tenantId,
    event_type: row.eventType,
    events: members.length,
  };
  // A call for events of several traces belongs to none of them: it would show up in one only.
  const sameTrace = members.every((member) => member.row.traceparent === row.traceparent);
  return {
    row: sameTrace ? row : { ...row, traceparent: null },
    sink,
    settings,
    idempotencyKey,
    lastCall,
    logFields,
  };
}
