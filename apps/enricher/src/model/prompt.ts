// A conversation as a model is asked about it: our instructions, then the words of strangers as data that cannot end before
// its end, cut to what may be spent on them.
import { createHash, randomBytes } from 'node:crypto';
import type { Message, Vocabulary } from '@switchboard/analysis';
import { answerSchema } from './answer.ts';
import { instructions, type PromptVersion } from './instructions.ts';

export { PROMPT_VERSIONS, type PromptVersion } from './instructions.ts';

/** What a model is asked about. */
export interface Talk {
  /** Oldest first, with everything masked that nobody else may see. */
  readonly messages: readonly Message[];
  /** Names that the tenant wants to be told of. */
  readonly vocabulary?: Vocabulary;
}

export interface PromptBounds {
  readonly version: PromptVersion;
  /** Of the conversation, by estimate; of longer ones the newest messages count. */
  readonly maxTokens: number;
}

/** A message of the API's chat. */
export interface PromptMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** One question. It is made anew for every call. */
export interface Prompt {
  readonly messages: readonly PromptMessage[];
  /** A word of this prompt alone that no answer may have. */
  readonly canary: string;
  /** Never less than the tokens this prompt is billed with. */
  readonly upperTokens: number;
  /** About as many as it is billed with. */
  readonly likelyTokens: number;
}

/** UTF-8. English has more bytes to a token, no language that is written has much fewer. */
const BYTES_OF_A_TOKEN = 3;
/** What the API puts around messages and schema. */
const ALLOWANCE = 128;
const SCHEMA_BYTES = Buffer.byteLength(JSON.stringify(answerSchema));
const MAX_NAMES = 50;
const MAX_NAME_CHARACTERS = 60;
const MARK_BYTES = 16;

/** Asks about a conversation. */
export function promptFor(talk: Talk, { version, maxTokens }: PromptBounds): Prompt {
  // Made after the words were written: nothing in them can be the fence or know the canary.
  const canary = mark();
  const fence = `=====${mark()}=====`;
  const lines = [...names(talk.vocabulary), ...newest(talk.messages, maxTokens * BYTES_OF_A_TOKEN)];
  const messages: PromptMessage[] = [
    { role: 'system', content: instructions(version, { fence, canary }) },
    { role: 'user', content: [fence, ...lines, fence].join('\n') },
  ];
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), SCHEMA_BYTES);
  // A token of a byte-level vocabulary is a byte at least.
  return {
    messages,
    canary,
    upperTokens: bytes + ALLOWANCE,
    likelyTokens: Math.ceil(bytes / BYTES_OF_A_TOKEN) + ALLOWANCE,
  };
}

/** SHA-256 in hex of all that makes one question the same as another: what differs with every call is not part of it. */
export function contentHash(
  { messages, vocabulary }: Talk,
  { model, promptVersion }: { readonly model: string; readonly promptVersion: string },
): string {
  const said = messages.map(({ text, customer }) => [customer, text]);
  const { products, competitors } = vocabulary ?? NO_NAMES;
  const whole = JSON.stringify([model, promptVersion, products, competitors, said]);
  return createHash('sha256').update(whole).digest('hex');
}

const NO_NAMES: Vocabulary = { products: [], competitors: [] };

function names({ products, competitors }: Vocabulary = NO_NAMES): string[] {
  if (products.length + competitors.length === 0) return [];
  const some = (all: readonly string[]) =>
    all.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_CHARACTERS));
  return [JSON.stringify({ names: { products: some(products), competitors: some(competitors) } })];
}

/** A line of JSON for each message, so that no text can look like the next message; the first one may be cut short. */
function newest(messages: readonly Message[], bytes: number): string[] {
  const lines: string[] = [];
  let left = bytes;
  for (const { text, customer } of messages.toReversed()) {
    const from = customer ? 'customer' : 'support';
    const line = JSON.stringify({ from, text });
    const size = Buffer.byteLength(line);
    if (size <= left) lines.push(line);
    else {
      const part = beginning(text, left - Buffer.byteLength(JSON.stringify({ from, text: '' })));
      if (part !== '') lines.push(JSON.stringify({ from, text: part }));
    }
    left -= size;
    if (left <= 0) break;
  }
  return lines.reverse();
}

/** As many characters as take `bytes` within a JSON string. */
function beginning(text: string, bytes: number): string {
  let left = bytes;
  let end = 0;
  for (const character of text) {
    left -= Buffer.byteLength(JSON.stringify(character)) - 2;
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function mark(): string {
  return randomBytes(MARK_BYTES).toString('hex');
}
