// The catalogue: every event type we know, and what follows for one we do not (carried, counted as "other").
import type { EventDefinition } from './define-event.ts';
import * as conversation from './events/conversation.ts';
import * as customer from './events/customer.ts';
import * as message from './events/message.ts';
import * as system from './events/system.ts';

/** Every known event, in the order of the sender's catalogue. */
export const events: readonly EventDefinition[] = [
  ...Object.values(conversation),
  ...Object.values(message),
  ...Object.values(customer),
  ...Object.values(system),
] as unknown as EventDefinition[];

const byType = new Map(events.map((event) => [event.type, event]));

/** The definition of a type, undefined for a type we do not know. */
export function eventOf(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** A metric label for a type: the type when known, else `other`, so that strangers cannot fill a registry. */
export function typeLabel(type: string): string {
  return byType.has(type) ? type : 'other';
}
