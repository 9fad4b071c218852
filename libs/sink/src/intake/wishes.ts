// Which integrations do not want an event, by the rules of their tenants. Decided where the event is taken in, once.
import { type EventEnvelope, rulesHold } from '@switchboard/contracts';
import type { Integrations } from './integrations.ts';

/** What an intake knows of rules: the versions it went by, and the pairs that they rule out. */
export interface Wishes {
  readonly known: ReadonlyMap<string, string>;
  readonly unwanted: readonly { readonly position: number; readonly integrationId: string }[];
}

interface Candidate {
  readonly tenantId: string;
  readonly envelope: EventEnvelope;
  readonly acceptedAt: Date;
}

/** Evaluates the rules of every integration that could take one of these events. */
export function wishesOf(
  sink: string,
  events: readonly Candidate[],
  integrations: Pick<Integrations, 'withRules'>,
): Wishes {
  const known = new Map<string, string>();
  const unwanted: { position: number; integrationId: string }[] = [];
  for (const [position, { tenantId, envelope, acceptedAt }] of events.entries()) {
    for (const { id, version, rules } of integrations.withRules(sink, tenantId)) {
      known.set(id, version);
      if (!rulesHold(rules, envelope, acceptedAt)) unwanted.push({ position, integrationId: id });
    }
  }
  return { known, unwanted };
}
