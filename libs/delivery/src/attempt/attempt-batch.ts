// One try at several deliveries in one call. Who belongs to it is stored before the call: a repeat has the same members and
// so the same idempotency key. What the batch cannot have together is tried apart.
import { hash } from 'node:crypto';
import type { LedgerRow } from '@switchboard/ledger';
import { type Batch, BatchMismatchError, type DeliveryOutcome, isOutcome } from '@switchboard/sink';
import { attempt, maskFor, prepare } from './attempt.ts';
import { type AttemptDeps, keyOf, type Prepared } from './attempt-deps.ts';
import { callContext } from './context.ts';
import type { AttemptResult } from './disposition.ts';
import { BATCH, type KeptBatch, keptBatchOf } from './kept-batch.ts';
import { Notes } from './notes.ts';

type Result = AttemptResult | 'lost';

/** An event that goes out with others. */
interface Member extends Prepared {
  readonly row: LedgerRow;
}

/** Tries the rows of one call. One result for each, in their order. */
export async function attemptAll(rows: readonly LedgerRow[], deps: AttemptDeps): Promise<readonly Result[]> {
  const [first] = rows;
  const batch = first === undefined ? undefined : deps.sinks.get(first.sink)?.batch;
  if (batch === undefined) return Promise.all(rows.map((row) => attempt(row, deps)));
  const results = await attemptBatch(rows, batch, deps);
  return rows.map((row) => results.get(row) as Result);
}

async function attemptBatch(
  rows: readonly LedgerRow[],
  batch: Batch,
  deps: AttemptDeps,
): Promise<Map<LedgerRow, Result>> {
  const results = new Map<LedgerRow, Result>();
  const members: Member[] = [];
  // In the order of the ledger, whatever order they come back in: the key depends on it.
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    const notes = new Notes(row, deps.logger);
    try {
      const prepared = await prepare(row, deps);
      if ('kind' in prepared) results.set(row, notes.said(prepared, false));
      else if ('gone' in prepared) results.set(row, notes.result('interrupted', prepared.gone, false));
      else members.push({ row, ...prepared });
    } catch (error) {
      results.set(row, notes.caught(error));
    }
  }
  const [first] = members;
  if (first === undefined) return results;
  const notes = new Notes(first.row, deps.logger);
  notes.hide(maskFor(first, first.row, deps));
  const all = (result: Result) => new Map([...results, ...members.map(({ row }) => [row, result] as const)]);
  try {
    const kept = { key: batchKey(members), size: members.length };
    await keep(members, kept, deps);
    const said = await batch.deliver(entriesOf(members), callContext(callingOf(members, kept, notes), deps));
    const outcomes = isOutcome(said) ? members.map(() => said) : said;
    if (outcomes.length !== members.length) throw new BatchMismatchError(members.length, outcomes.length);
    // Before anything follows from one of them: all were called together, and are repeated together.
    if (!outcomes.every(isOutcome))
      throw new TypeError(
        'delivering a batch: the sink answered something that is no outcome; return one for each',
      );
    if (isOutcome(said) && said.kind === 'rejected' && members.length > 1) {
      await apart(members, deps);
      const result = notes.said(said, true);
      const reason = `refused in a batch of ${members.length} (${result.reason}); each is tried alone`;
      return all({ ...result, kind: 'interrupted', reason });
    }
    if (!isOutcome(said)) await dissolve(members, outcomes, deps);
    for (const [i, { row }] of members.entries()) {
      results.set(row, notes.said(outcomes[i] as DeliveryOutcome, true));
    }
    return results;
  } catch (error) {
    const result = notes.caught(error);
    return all(result);
  }
}

function entriesOf(members: readonly Member[]) {
  return members.map(({ row, event, mapped }) => ({ event, mapped, idempotencyKey: keyOf(row) }));
}

function callingOf(members: readonly Member[], { key }: KeptBatch, { last }: Notes) {
  const { row, sink, settings } = members[0] as Member;
  const { tenantId, integrationId, eventType } = row;
  const fields = {
    sink: row.sink,
    integration_id: integrationId,
    tenant_id: tenantId,
    event_type: eventType,
    events: members.length,
  };
  // A call for several traces is part of none: it would show up in one alone.
  const together = members.every((member) => member.row.traceparent === row.traceparent);
  return {
    row: together ? row : { ...row, traceparent: null },
    sink,
    settings,
    idempotencyKey: key,
    last,
    fields,
  };
}

/** A batch of one has the key of its event. */
function batchKey(members: readonly Member[]): string {
  const keys = members.map(({ row }) => keyOf(row));
  const [only] = keys;
  return keys.length === 1 && only !== undefined ? only : hash('sha256', JSON.stringify(keys), 'base64url');
}

async function keep(members: readonly Member[], kept: KeptBatch, { steps }: AttemptDeps): Promise<void> {
  const isKept = ({ row }: Member) => {
    const known = keptBatchOf(row);
    return known?.key === kept.key && known.size === kept.size;
  };
  await Promise.all(
    members.filter((one) => !isKept(one)).map(({ row }) => steps.store(row, { [BATCH]: kept })),
  );
}

/** Each is a batch of its own from now on. */
async function apart(members: readonly Member[], { steps }: AttemptDeps): Promise<void> {
  await Promise.all(
    members.map(({ row }) => steps.store(row, { [BATCH]: { key: keyOf(row), size: 1 } satisfies KeptBatch })),
  );
}

/** The other side has told them apart: those that are tried again may go with anybody. */
async function dissolve(
  members: readonly Member[],
  outcomes: readonly DeliveryOutcome[],
  { steps }: AttemptDeps,
): Promise<void> {
  const again = members.filter((_, i) => outcomes[i]?.kind === 'retry' || outcomes[i]?.kind === 'broken');
  await Promise.all(again.map(({ row }) => steps.store(row, { [BATCH]: null })));
}
