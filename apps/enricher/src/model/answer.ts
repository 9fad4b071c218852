// The form of a model's answer: a part of the contract's enrichment, with closed lists and short texts. An answer of another
// form is refused, and list items with links or markup are left out.
import { type Category, enrichment } from '@switchboard/contracts';
import { z } from 'zod';
import { isPlainText } from './plain-text.ts';

/** Why an answer is refused; a closed list. */
export type AnswerCode = 'NOT_JSON' | 'OUT_OF_SCHEMA' | 'CANARY';

/** An answer that cannot be used. The message never quotes it, because it may contain anything. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: AnswerCode;

  constructor(code: AnswerCode, what: string) {
    super(`reading the model's answer: ${what}; ask again or go on without it`);
    this.code = code;
  }
}

const { insights, classification } = enrichment.shape;
const answerShape = z.strictObject({
  ...insights.shape,
  intent: insights.shape.intent.unwrap().nullable(),
  ...classification.omit({ priority: true }).shape,
  categories: classification.shape.categories.min(1),
});

/** A model's judgement of a conversation. `intent` is null when the messages do not show it. */
export type ModelAnswer = z.output<typeof answerShape>;

/** Allowed in strict schemas. Bounds are not: fine-tuned models and some servers refuse a schema with bounds. */
const KEYWORDS = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'anyOf',
]);

/**
 * The JSON schema of a `ModelAnswer` for OpenAI's structured outputs in strict mode: every object is closed, every property
 * is required, and an absent value is null. Source: the vendor's guide on structured outputs.
 */
export const answerSchema: Readonly<Record<string, unknown>> = strict(answerShape);

const MAX_ITEMS = 10;
const MAX_CHARACTERS = 200;
const MAX_CATEGORIES = 3;
const OTHER: Category = 'general';
/** A part of the canary of this length is not a coincidence. */
const CANARY_PART = 12;

/**
 * Reads an answer's JSON. Lists are cut to 10 items of 200 characters and to 3 categories; items with links or markup are
 * left out. Throws `AnswerError`, also when the answer contains a part of `canary` (at least 12 letters and digits).
 */
export function readAnswer(text: string, canary: string): ModelAnswer {
  const answer = parsed(json(text));
  if (containsCanary(answer, canary))
    throw new AnswerError('CANARY', 'it repeats a secret word of its instructions');
  return cleaned(answer);
}

/** An answer that was read before and stored; undefined when its form is not today's form. */
export function readStoredAnswer(value: unknown): ModelAnswer | undefined {
  const { data } = answerShape.safeParse(value);
  return data && cleaned(data);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: the parser's error quotes the text.
    throw new AnswerError('NOT_JSON', 'it is not JSON');
  }
}

function parsed(value: unknown): ModelAnswer {
  const { data, error } = answerShape.safeParse(value);
  if (error === undefined) return data;
  // Only code and path: the message may contain property names that the model invented.
  const [issue] = error.issues;
  const where = issue?.path.join('.') || 'the root';
  throw new AnswerError('OUT_OF_SCHEMA', `it does not match the schema (${issue?.code} at ${where})`);
}

function cleaned(answer: ModelAnswer): ModelAnswer {
  const fields = Object.entries(answer).map(([name, value]) => [
    name,
    Array.isArray(value) ? cleanedList(value) : value,
  ]);
  const { categories, ...others }: ModelAnswer = Object.fromEntries(fields);
  const particular = categories.filter((category) => category !== OTHER);
  return {
    ...others,
    categories: particular.length > 0 ? particular.slice(0, MAX_CATEGORIES) : [OTHER],
  };
}

function cleanedList(items: readonly string[]): string[] {
  const lines = items.map((item) => item.replace(/\r\n?|\n/g, ' '));
  const texts = lines.filter(isPlainText).map((item) => cut(item.trim()));
  return [...new Set(texts)].filter((item) => item !== '').slice(0, MAX_ITEMS);
}

/** Also removes half a surrogate pair and invisible joiners at the end of the cut. */
function cut(text: string): string {
  return text.slice(0, MAX_CHARACTERS).replace(/[\u200c\u200d\ud800-\udbff]+$/, '');
}

/** Finds the canary also with other characters between its own, in other spellings, and split over several items. */
function containsCanary(answer: ModelAnswer, canary: string): boolean {
  const bare = bareOf(Object.values(answer).flat().join(''));
  const wanted = bareOf(canary);
  for (let at = 0; at + CANARY_PART <= wanted.length; at += 1) {
    if (bare.includes(wanted.slice(at, at + CANARY_PART))) return true;
  }
  return false;
}

function bareOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

function strict(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...whole } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      for (const keyword of Object.keys(jsonSchema)) {
        if (!KEYWORDS.has(keyword)) Reflect.deleteProperty(jsonSchema, keyword);
      }
    },
  });
  return whole;
}
