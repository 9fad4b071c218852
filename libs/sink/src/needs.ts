// The fields that a sink needs, as a value, and the type of an event's data for a sink with these needs.
import type { ConversationDetails, EventDefinition } from '@switchboard/contracts';
import type { z } from 'zod';

/** A place in the conversation's details, for a field that the event may lack. */
type DetailPath = `enrichment.conversation.${keyof ConversationDetails & string}`;

/**
 * A field of `data`, or a list of places of which one is enough: a field of `data` first, then further fields or places in
 * the conversation's details.
 */
export type Need<Field extends string = string> = Field | readonly [Field, ...(Field | DetailPath)[]];

type FieldOf<Event extends EventDefinition> = keyof Event['data']['shape'] & string;

/** What the sink needs, by event type. A type that is not listed needs nothing. */
export type Needs<Events extends readonly EventDefinition[] = readonly EventDefinition[]> = {
  readonly [Event in Events[number] as Event['type']]?: readonly Need<FieldOf<Event>>[];
};

/** Fields that are needed without an alternative; none while the needs are not known. */
type Needed<Wanted, Type extends string> = string extends Type
  ? never
  : Type extends keyof Wanted
    ? Wanted[Type] extends readonly (infer One)[]
      ? Extract<One, string>
      : never
    : never;

type Fields<Shape extends z.ZodRawShape, Certain> = {
  [Name in keyof Shape as Name extends Certain ? Name : never]: NonNullable<z.output<Shape[Name]>>;
} & {
  [Name in keyof Shape as Name extends Certain ? never : Name]?: z.output<Shape[Name]> | undefined;
} & { [further: string]: unknown };

/** `data` of the events for a sink with these needs: needed fields are present, all others are optional. */
export type DataFor<Event extends EventDefinition, Wanted> = Event extends EventDefinition
  ? Fields<Event['data']['shape'], Needed<Wanted, Event['type']>>
  : never;

/** The places where a need can be met, in order. */
export function placesOf(need: Need): readonly string[] {
  return typeof need === 'string' ? [need] : need;
}

const DETAIL = /^enrichment\.conversation\./;

/** Whether one of the places of a need has a value. */
export function isMet(
  need: Need,
  data: Readonly<Record<string, unknown>>,
  conversation: ConversationDetails | undefined,
): boolean {
  return placesOf(need).some((place) => {
    const detail = place.replace(DETAIL, '');
    const value = detail === place ? data[place] : conversation?.[detail as keyof ConversationDetails];
    return value !== undefined && value !== null;
  });
}

/** Needs that no event can meet, a sentence each: for a type that is not accepted, or a field that no schema has. */
export function impossibleNeeds(accepts: readonly EventDefinition[], needs: Needs): string[] {
  return Object.entries(needs).flatMap(([type, wanted = []]) => {
    const definition = accepts.find((event) => event.type === type);
    if (definition === undefined) return [`it needs something of ${type}, which it does not accept`];
    return wanted
      .flatMap(placesOf)
      .filter((place) => !(place in definition.data.shape) && !DETAIL.test(place))
      .map((place) => `it needs ${place}, which ${type} does not have`);
  });
}
