// Builds the prompt for a conversation: our instructions, then the messages of strangers as data between two random lines, cut
// to the limit of tokens.
import { createHash, randomBytes } from 'node:crypto';
import type { Message, Vocabulary } from '@switchboard/analysis';
import { answerSchema } from './answer.ts';
import { instructions, type PromptVersion } from './instructions.ts';

export { PROMPT_VERSIONS, type PromptVersion } from './instructions.ts';

/** The conversation that a model is shown. */
export interface MaskedConversation {
  /** Oldest first, with personal data masked. */
  readonly messages: readonly Message[];
  /** The tenant's names of products and competitors. */
  readonly vocabulary?: Vocabulary;
}

export interface PromptOptions {
  readonly version: PromptVersion;
  /** Limit for the conversation, estimated. Of a longer one the newest messages are used. */
  readonly maxTokens: number;
}

/** A message of the chat completions API. */
export interface PromptMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** One prompt. It is built anew for every call. */
export interface Prompt {
  readonly messages: readonly PromptMessage[];
  /** A secret word, different in every prompt, that no answer may contain. */
  readonly canary: string;
  /** An upper bound of the tokens that are billed for this prompt. */
  readonly upperTokens: number;
  /** An estimate of the tokens that are billed for this prompt. */
  readonly likelyTokens: number;
}

/** UTF-8. English has more bytes per token, and no written language has many fewer. */
const BYTES_PER_TOKEN = 3;
/** Tokens that the API adds around messages and schema. */
const OVERHEAD_TOKENS = 128;
const SCHEMA_BYTES = Buffer.byteLength(JSON.stringify(answerSchema));
const MAX_NAMES = 50;
const MAX_NAME_CHARACTERS = 60;
const MARK_BYTES = 16;

/** Builds the prompt for a conversation. */
export function promptFor(conversation: MaskedConversation, { version, maxTokens }: PromptOptions): Prompt {
  // Random and made after the messages were written, so the messages cannot contain the fence or the canary.
  const canary = mark();
  const fence = `=====${mark()}=====`;
  const lines = [
    ...names(conversation.vocabulary),
    ...newest(conversation.messages, maxTokens * BYTES_PER_TOKEN),
  ];
  const messages: PromptMessage[] = [
    { role: 'system', content: instructions(version, { fence, canary }) },
    { role: 'user', content: [fence, ...lines, fence].join('\n') },
  ];
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), SCHEMA_BYTES);
  // A token of a byte-level vocabulary has at least one byte.
  return {
    messages,
    canary,
    upperTokens: bytes + OVERHEAD_TOKENS,
    likelyTokens: Math.ceil(bytes / BYTES_PER_TOKEN) + OVERHEAD_TOKENS,
  };
}

/** SHA-256 in hex of everything that determines the answer; the random parts of the prompt are not included. */
export function contentHash(
  { messages, vocabulary }: MaskedConversation,
  { model, promptVersion }: { readonly model: string; readonly promptVersion: string },
): string {
  const texts = messages.map(({ text, customer }) => [customer, text]);
  const { products, competitors } = vocabulary ?? NO_NAMES;
  const whole = JSON.stringify([model, promptVersion, products, competitors, texts]);
  return createHash('sha256').update(whole).digest('hex');
}

const NO_NAMES: Vocabulary = { products: [], competitors: [] };

function names({ products, competitors }: Vocabulary = NO_NAMES): string[] {
  if (products.length + competitors.length === 0) return [];
  const some = (all: readonly string[]) =>
    all.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_CHARACTERS));
  return [JSON.stringify({ names: { products: some(products), competitors: some(competitors) } })];
}

/** One line of JSON for each message, so that a text cannot look like another message. The oldest one may be cut. */
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

/** The first characters of `text` that fit into `bytes` of a JSON string. */
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
