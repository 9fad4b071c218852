// Which integrations do not want an event, by the rules of their tenants. Decided where the event is taken in, once.
import { type EventEnvelope, rulesHold } from '@switchboard/contracts';
import type { RuleDecisions } from '@switchboard/ledger';
import type { Integrations } from '../settings/integrations.ts';

interface Candidate {
  readonly tenantId: string;
  readonly envelope: EventEnvelope;
  readonly acceptedAt: Date;
}

/** Evaluates the rules of every integration that could take one of these events. */
export function decideRules(
  sink: string,
  events: readonly Candidate[],
  integrations: Pick<Integrations, 'rulesOf'>,
): RuleDecisions {
  const known = new Map<string, string>();
  const unwanted: { position: number; integrationId: string }[] = [];
  for (const [position, { tenantId, envelope, acceptedAt }] of events.entries()) {
    for (const { id, version, rules } of integrations.rulesOf(sink, tenantId)) {
      known.set(id, version);
      if (!rulesHold(rules, envelope, acceptedAt)) unwanted.push({ position, integrationId: id });
    }
  }
  return { known, unwanted };
}
