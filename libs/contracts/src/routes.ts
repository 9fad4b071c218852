// Which topics an event type goes to. The router writes to them; a sink finds here which topics to read.
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

/** The topics of an event type beside the enriched one. An unknown type has none. */
export function routesOf(type: string): readonly Topic[] {
  return routes.get(type) ?? [];
}

/**
 * The topics to read for these types: `operations` for operational events, and one topic for all others, because there
 * is no order between two topics. Throws RangeError if a type is unknown.
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
