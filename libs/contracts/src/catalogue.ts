// The catalogue: every event type we know, and what follows for one we do not (carried, counted as "other").
import type { EventDefinition } from './define-event.ts';
import * as conversation from './events/conversation.ts';
import * as customer from './events/customer.ts';
import * as message from './events/message.ts';
import * as system from './events/system.ts';
import { isOperation, operations } from './operations.ts';

/** Every known event, in the order of the sender's catalogue. */
export const events: readonly EventDefinition[] = [
  ...Object.values(conversation),
  ...Object.values(message),
  ...Object.values(customer),
  ...Object.values(system),
] as unknown as EventDefinition[];

const byType = new Map(events.map((event) => [event.type, event]));

/** The definition of a type that a sender may send, undefined for one we do not know. */
export function eventOf(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** What a sink may accept: events of senders and operational ones. Undefined for a type we do not know. */
export function definitionOf(type: string): EventDefinition | undefined {
  return eventOf(type) ?? operations.find((operation) => operation.type === type);
}

/** A metric label for a type: the type when known, else `other`, so that strangers cannot fill a registry. */
export function typeLabel(type: string): string {
  return byType.has(type) || isOperation(type) ? type : 'other';
}
