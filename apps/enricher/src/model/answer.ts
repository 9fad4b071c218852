// What a model may answer: a part of the contract's enrichment, with closed lists and short texts. Anything else is refused,
// and unsuitable content of a short text is left out.
import { type Category, enrichment } from '@switchboard/contracts';
import { z } from 'zod';
import { isPlainWords } from './plain-words.ts';

/** Why an answer is refused; closed list. */
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
const said = z.strictObject({
  ...insights.shape,
  intent: insights.shape.intent.unwrap().nullable(),
  ...classification.omit({ priority: true }).shape,
  categories: classification.shape.categories.min(1),
});

/** What a model says of a conversation. `intent` is null when the words do not say. */
export type ModelAnswer = z.output<typeof said>;

/** Of strict schemas. Bounds are not among them: fine-tuned models and other servers refuse a schema that has some. */
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
 * The JSON schema of a `ModelAnswer` for OpenAI's structured outputs in strict mode: every object closed, every property
 * required, what may be missing is null. Source: the vendor's guide on structured outputs.
 */
export const answerSchema: Readonly<Record<string, unknown>> = strict(said);

const MAX_ITEMS = 10;
const MAX_CHARACTERS = 200;
const MAX_CATEGORIES = 3;
const NOTHING_ELSE: Category = 'general';
/** So much of a canary is no coincidence. */
const CANARY_PART = 12;

/**
 * Reads an answer's JSON. Lists are cut to 10 items of 200 characters and 3 categories; items that are more than words are
 * left out. Throws `AnswerError`, also when a part of `canary` (at least 12 letters and digits) is anywhere in it.
 */
export function readAnswer(text: string, canary: string): ModelAnswer {
  const answer = parsed(json(text));
  if (holds(answer, canary)) throw new AnswerError('CANARY', 'it repeats what must never be repeated');
  return tidied(answer);
}

/** An answer that was read before and kept; undefined where it is not what is asked for today. */
export function keptAnswer(value: unknown): ModelAnswer | undefined {
  const { data } = said.safeParse(value);
  return data && tidied(data);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser throws quotes the text.
    throw new AnswerError('NOT_JSON', 'it is no JSON');
  }
}

function parsed(value: unknown): ModelAnswer {
  const { data, error } = said.safeParse(value);
  if (error === undefined) return data;
  // Codes and paths alone: a message may name keys that the model made up.
  const [issue] = error.issues;
  const where = issue?.path.join('.') || 'the whole';
  throw new AnswerError('OUT_OF_SCHEMA', `it is not what the schema says (${issue?.code} at ${where})`);
}

function tidied(answer: ModelAnswer): ModelAnswer {
  const fields = Object.entries(answer).map(([name, value]) => [
    name,
    Array.isArray(value) ? listed(value) : value,
  ]);
  const { categories, ...others }: ModelAnswer = Object.fromEntries(fields);
  const particular = categories.filter((category) => category !== NOTHING_ELSE);
  return {
    ...others,
    categories: particular.length > 0 ? particular.slice(0, MAX_CATEGORIES) : [NOTHING_ELSE],
  };
}

function listed(items: readonly string[]): string[] {
  const lines = items.map((item) => item.replace(/\r\n?|\n/g, ' '));
  const words = lines.filter(isPlainWords).map((item) => cut(item.trim()));
  return [...new Set(words)].filter((item) => item !== '').slice(0, MAX_ITEMS);
}

/** Half of a character at the end would be none, and what joins it to the next one is not seen. */
function cut(text: string): string {
  return text.slice(0, MAX_CHARACTERS).replace(/[\u200c\u200d\ud800-\udbff]+$/, '');
}

/** Whatever is put between its characters, however they are written, and over however many items. */
function holds(answer: ModelAnswer, canary: string): boolean {
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
