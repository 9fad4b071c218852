// Computes what must have become of the posted events: their rows in the ledger and their effects at the vendors.
import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import type { Effect, EffectKind } from './effects.ts';
import type { Sent } from './load.ts';

/** Effects an event must have, by its type, with the ending of the integration's id. */
const effectsOf: Readonly<
  Record<string, { readonly suffix: string; readonly kinds: readonly EffectKind[] }>
> = {
  [leadQualified.type]: { suffix: 'crm', kinds: ['contact', 'note'] },
  [conversationEscalated.type]: { suffix: 'slack', kinds: ['message'] },
};

/** How many rows the ledger must end with, given what was accepted. */
export function wantedRows(sent: ReadonlyMap<string, Sent>): number {
  return [...sent.values()].filter(({ state, type }) => state === 'accepted' && type in effectsOf).length;
}

/** An effect there may be. */
export interface Wanted {
  /** Of its event. */
  readonly id: string;
  /** Its event was accepted for certain. */
  readonly certain: boolean;
}

/** Every effect there may be, by name. */
export function effectsWanted(sent: ReadonlyMap<string, Sent>): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const [id, event] of sent) {
    const integration = integrationOf(event);
    if (integration === undefined || event.state === 'refused') continue;
    for (const kind of effectsOf[event.type]?.kinds ?? []) {
      const name = nameOf({ kind, integration, lane: laneOf(event), number: event.number });
      wanted.set(name, { id, certain: event.state === 'accepted' });
    }
  }
  return wanted;
}

/** The integration that wants an event; `undefined` when none does. */
export function integrationOf({ tenant, type }: Sent): string | undefined {
  const wanted = effectsOf[type];
  return wanted && `${tenant}-${wanted.suffix}`;
}

/** Where its order is kept. */
export function laneOf({ tenant, conversation }: Sent): string {
  return `${tenant}/${conversation}`;
}

/** Names an effect: all calls of one event that are of one kind have the same. */
export function nameOf({ kind, integration, lane, number }: Omit<Effect, 'key' | 'digest' | 'at'>): string {
  return `${kind} ${integration} ${lane} ${number}`;
}

/** Names a delivery, as the ledger knows it. */
export function deliveryOf(eventId: string | undefined, integration: string): string {
  return `${eventId} for ${integration}`;
}
