// One try at one delivery: the event is read, the sink runs, and whatever comes of it is a value. Nothing is thrown.
import type { LedgerRow } from '@switchboard/ledger';
import { broken, type DeliveryOutcome, isOutcome } from '@switchboard/sink';
import type { SecretMask } from '../secrecy/mask.ts';
import type { AttemptDeps, Prepared } from './attempt-deps.ts';
import { sinkContext } from './context.ts';
import type { AttemptResult } from './disposition.ts';
import { Notes } from './notes.ts';
import { mappedFields, readEnvelope, sinkEvent } from './sink-event.ts';

/** Tries a delivery. `lost` means that the row now belongs to another process: nothing may be written about it. */
export async function attempt(row: LedgerRow, deps: AttemptDeps): Promise<AttemptResult | 'lost'> {
  const notes = new Notes(row, deps.logger);
  try {
    const prepared = await prepare(row, deps);
    if ('kind' in prepared) return notes.said(prepared, false);
    if ('gone' in prepared) return notes.result('interrupted', prepared.gone, false);
    notes.hide(maskFor(prepared, row, deps));
    const context = sinkContext(row, prepared, notes.last, deps);
    return notes.said(await prepared.sink.deliver(prepared.event, context), true);
  } catch (error) {
    return notes.caught(error);
  }
}

/** Reads what a row needs; an outcome where it decides itself, and `gone` where its integration is no more. */
export async function prepare(
  row: LedgerRow,
  { sinks, integrations, observer }: Pick<AttemptDeps, 'sinks' | 'integrations' | 'observer'>,
): Promise<Prepared | DeliveryOutcome | { readonly gone: string }> {
  const sink = sinks.get(row.sink);
  const settings = await integrations.of(row.integrationId, row.sink);
  if (sink === undefined || settings === undefined) return { gone: 'the integration is gone' };
  if (!settings.ok) return broken(settings.reason);
  const envelope = row.envelope ?? (row.body === null ? undefined : readEnvelope(row.body));
  const event = sinkEvent(sink, row, envelope);
  if (isOutcome(event) || envelope === undefined) return event as DeliveryOutcome;
  for (const field of event.leftOut) observer?.leftOut(row.sink, row.eventType, field);
  const mapped = mappedFields(settings.mapping, envelope);
  return isOutcome(mapped) ? mapped : { sink, settings, event, mapped };
}

/** The mask of an integration's secrets and of those that its credentials make. */
export function maskFor(
  { sink, settings }: Pick<Prepared, 'sink' | 'settings'>,
  { integrationId }: Pick<LedgerRow, 'integrationId'>,
  { tokens }: Pick<AttemptDeps, 'tokens'>,
): () => SecretMask {
  const { config, mask } = settings;
  return () => mask(sink.auth?.secrets({ config, integrationId, tokens }));
}
