// A tenant's rules: which events an integration wants. The sink service evaluates them once, at intake. A repeated
// event gets the same result.
import { z } from 'zod';
import { definitionOf } from './catalogue.ts';
import type { EventEnvelope } from './envelope.ts';
import { type FieldCondition, fieldCondition, fieldHolds } from './rules-field.ts';
import { names, ofKinds } from './rules-kinds.ts';
import { valueAt } from './rules-path.ts';
import { isWithin, type Span, span } from './rules-within.ts';

const MAX_DEPTH = 5;
const MAX_CONDITIONS = 50;

/** A condition on the event's type, on a time or on a field, or a combination of rules. */
export type Rule =
  | { type: string | string[] }
  | { within: Span }
  | FieldCondition
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule };

const eventType = z.string().refine((type) => definitionOf(type) !== undefined, 'is not a known event type');
const eventTypes = ofKinds<string | string[]>(
  (given) => (Array.isArray(given) ? z.array(eventType).min(1, 'is empty') : eventType),
  'is not an event type',
);
const several = z.lazy(() => z.array(node).min(1, 'is empty'));

const node: z.ZodType<Rule> = ofKinds<Rule>((given) => {
  if (names(given, 'all')) return z.strictObject({ all: several });
  if (names(given, 'any')) return z.strictObject({ any: several });
  if (names(given, 'not')) return z.strictObject({ not: node });
  if (names(given, 'type')) return z.strictObject({ type: eventTypes });
  if (names(given, 'within')) return z.strictObject({ within: span });
  return names(given, 'field') ? fieldCondition : undefined;
}, 'is not a rule: it needs field, type, within, all, any or not');

/** One rule: `all`, `any` and `not` at most 5 deep, with at most 50 conditions. */
export const rule: z.ZodType<Rule> = z
  .unknown()
  .superRefine((given, ctx) => {
    const { deep, conditions } = measure(given);
    if (deep !== undefined) {
      ctx.addIssue({ code: 'custom', path: deep, message: `is nested deeper than ${MAX_DEPTH}` });
    } else if (conditions > MAX_CONDITIONS) {
      ctx.addIssue({ code: 'custom', message: tooMany(conditions) });
    }
  })
  .pipe(node);

/** The rules of an integration, as its tenant writes them: at most 50 conditions in all. */
export const rules = z.array(rule).superRefine((given, ctx) => {
  const conditions = given.reduce((sum, one) => sum + measure(one).conditions, 0);
  if (conditions > MAX_CONDITIONS) ctx.addIssue({ code: 'custom', message: tooMany(conditions) });
});

function tooMany(conditions: number): string {
  return `has ${conditions} conditions, at most ${MAX_CONDITIONS} are allowed`;
}

/**
 * The number of conditions, and the path of the first part that is nested too deep. Anything that is not a rule counts
 * too.
 */
function measure(given: unknown, depth = 0): { conditions: number; deep?: PropertyKey[] } {
  const parts = partsOf(given);
  if (parts === undefined) return { conditions: 1 };
  if (depth === MAX_DEPTH) return { conditions: 0, deep: [] };
  let conditions = 0;
  for (const [path, part] of parts) {
    const inner = measure(part, depth + 1);
    if (inner.deep !== undefined) return { conditions, deep: [...path, ...inner.deep] };
    conditions += inner.conditions;
  }
  return { conditions };
}

function partsOf(given: unknown): (readonly [PropertyKey[], unknown])[] | undefined {
  for (const name of ['all', 'any', 'not']) {
    if (!names(given, name)) continue;
    const part = (given as Record<string, unknown>)[name];
    return Array.isArray(part) ? part.map((one, index) => [[name, index], one]) : [[[name], part]];
  }
  return undefined;
}

/**
 * Whether every rule holds. An empty list always holds. `within` is about `acceptedAt`, the time at which the event was
 * accepted: a repeated event gets the same result on any later day.
 */
export function rulesHold(given: readonly Rule[], event: EventEnvelope, acceptedAt: Date): boolean {
  return given.every((one) => holds(one, event, acceptedAt));
}

function holds(given: Rule, event: EventEnvelope, at: Date): boolean {
  if ('field' in given) return fieldHolds(given, valueAt(event, given.field));
  if ('all' in given) return given.all.every((one) => holds(one, event, at));
  if ('any' in given) return given.any.some((one) => holds(one, event, at));
  if ('not' in given) return !holds(given.not, event, at);
  if ('within' in given) return isWithin(given.within, at);
  return typeof given.type === 'string' ? given.type === event.event : given.type.includes(event.event);
}
