// The catalogue of known event types. Unknown types are delivered on all the same, and counted as "other".
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

/** The definition of a type that a sender may send; undefined if the type is unknown. */
export function eventOf(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** The definition of a type that a sink may accept: of senders, or operational. Undefined if the type is unknown. */
export function definitionOf(type: string): EventDefinition | undefined {
  return eventOf(type) ?? operations.find((operation) => operation.type === type);
}

/** A metric label for a type. Unknown types share the label `other`: senders must not be able to add series. */
export function typeLabel(type: string): string {
  return byType.has(type) || isOperation(type) ? type : 'other';
}
