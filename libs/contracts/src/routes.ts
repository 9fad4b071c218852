// Which topics an event type goes to, on its type alone. The router writes by it, a sink chooses what to read by it.
import { definitionOf, events } from './catalogue.ts';
import { conversationEscalated } from './events/conversation.ts';
import { leadQualified } from './events/customer.ts';
import { isOperation } from './operations.ts';
import { type Topic, topics } from './topics.ts';

const routes = new Map<string, readonly Topic[]>(
  events.map(({ type }) => [
    type,
    [
      ...(type.startsWith('conversation.') ? [topics.conversations] : []),
      ...(type === leadQualified.type ? [topics.leads] : []),
      ...(type === conversationEscalated.type ? [topics.escalations] : []),
    ],
  ]),
);

/** The topics an event of this type is put on besides the enriched one. Unknown types: none. */
export function routesOf(type: string): readonly Topic[] {
  return routes.get(type) ?? [];
}

/**
 * The topics a reader of these types reads: that of operations for operational events, and one for all others, because
 * two topics share no order.
 */
export function topicsToRead(types: readonly string[]): Topic[] {
  const unknown = types.filter((type) => definitionOf(type) === undefined);
  if (unknown.length > 0) throw new RangeError(`choosing a topic: unknown event types ${unknown.join(', ')}`);
  const sent = types.filter((type) => !isOperation(type));
  return [
    ...(sent.length > 0 ? [narrowestTopic(sent)] : []),
    ...(sent.length < types.length ? [topics.operations] : []),
  ];
}

/** The narrowest topic that carries all of these types, else the enriched one. */
function narrowestTopic(types: readonly string[]): Topic {
  const width = (topic: Topic) => [...routes.values()].filter((route) => route.includes(topic)).length;
  const candidates = [topics.conversations, topics.leads, topics.escalations]
    .filter((topic) => types.every((type) => routesOf(type).includes(topic)))
    .sort((a, b) => width(a) - width(b));
  return candidates[0] ?? topics.enriched;
}
