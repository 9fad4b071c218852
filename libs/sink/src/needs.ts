// What a sink cannot do without, as a value, and the type that the data of an event have for a sink with such needs.
import type { ConversationDetails, EventDefinition } from '@switchboard/contracts';
import type { z } from 'zod';

/** Where the conversation's details may hold what an event leaves open. */
type DetailPath = `enrichment.conversation.${keyof ConversationDetails & string}`;

/**
 * A field of `data`, or a list of places of which one is enough: a field of `data`, and after it further ones, or those
 * of the conversation's details.
 */
export type Need<Field extends string = string> = Field | readonly [Field, ...(Field | DetailPath)[]];

type FieldOf<Event extends EventDefinition> = keyof Event['data']['shape'] & string;

/** By event type: what the sink cannot do without. A type that is not named needs nothing. */
export type Needs<Events extends readonly EventDefinition[] = readonly EventDefinition[]> = {
  readonly [Event in Events[number] as Event['type']]?: readonly Need<FieldOf<Event>>[];
};

/** Fields that are needed by themselves. With needs that nobody knows yet, none. */
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

/** `data` of the events as a sink with these needs gets them: what it needs is there, everything else may be missing. */
export type DataFor<Event extends EventDefinition, Wanted> = Event extends EventDefinition
  ? Fields<Event['data']['shape'], Needed<Wanted, Event['type']>>
  : never;

/** Where a need can be met, the places in their order. */
export function placesOf(need: Need): readonly string[] {
  return typeof need === 'string' ? [need] : need;
}

const DETAIL = /^enrichment\.conversation\./;

/** Whether one of the places of a need holds something. */
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

/** Needs that no event can meet, a sentence each: of types that are not accepted, of fields that no schema has. */
export function needlessNeeds(accepts: readonly EventDefinition[], needs: Needs): string[] {
  return Object.entries(needs).flatMap(([type, wanted = []]) => {
    const definition = accepts.find((event) => event.type === type);
    if (definition === undefined) return [`it needs something of ${type}, which it does not accept`];
    return wanted
      .flatMap(placesOf)
      .filter((place) => !(place in definition.data.shape) && !DETAIL.test(place))
      .map((place) => `it needs ${place}, which ${type} does not have`);
  });
}
