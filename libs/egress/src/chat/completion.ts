// Reads an answer of the API of chat completions, where servers agree and where each has its own way.
// Source: OpenAI's API description; Mistral's for content in parts.
import { z } from 'zod';
import { ModelError, type Usage } from './model-error.ts';

/** What a model said. */
export interface ChatReply {
  /** Without thoughts and code fences around it. */
  readonly text: string;
  /** As its server names it, which may be more exact than what was asked for. */
  readonly model: string;
  /** Undefined when the server did not say. */
  readonly usage: Usage | undefined;
}

const part = z.object({ type: z.string(), text: z.string().optional() });
const completion = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.union([z.string(), z.array(part)]).nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    ],
    z.unknown(),
  ),
});
const named = z.object({ model: z.string().regex(/^[^\p{C}]{1,200}$/u) });
/** Beyond this a server does not count tokens. */
const MOST_TOKENS = 10_000_000;
const tokens = z.int().min(0).max(MOST_TOKENS);
const withUsage = z.object({ usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }) });

/** Other ways to end than by itself; servers have many names for that one. */
const TOOLS = new Set(['tool_calls', 'function_call']);

/**
 * A reply that is whole. `model` is its name where the server does not say. Throws `ModelError` where nothing was refused by
 * status and there still is no answer.
 */
export function replyIn(body: string, model: string): ChatReply {
  const json = parse(body);
  const usage = usageIn(json);
  const billed = usage === undefined ? ('unknown' as const) : true;
  const { data } = completion.safeParse(json);
  if (data === undefined)
    throw new ModelError('invalid_answer', 'it is no completion', { usage, billed, again: true });
  const [{ finish_reason, message }] = data.choices;
  if (finish_reason === 'content_filter')
    throw new ModelError('refused', 'the content filter stopped it', { usage, billed: true });
  if (message.refusal) throw new ModelError('refused', 'the model refused', { usage, billed: true });
  if (finish_reason === 'length')
    throw new ModelError('too_long', 'the answer was longer than allowed', { usage, billed: true });
  if (TOOLS.has(finish_reason ?? ''))
    throw new ModelError('invalid_answer', 'it called a tool', { usage, billed: true });
  return { text: bare(textOf(message.content)), model: named.safeParse(json).data?.model ?? model, usage };
}

/** Parts that are no text, such as thoughts, are passed over. */
function textOf(content: z.infer<typeof part>[] | string | null | undefined): string {
  if (!Array.isArray(content)) return content ?? '';
  return content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('');
}

function bare(text: string): string {
  const said = text.replace(/^\s*<think>.*?<\/think>/s, '').trim();
  return /^```[a-z]*\n(.*?)\n?```$/is.exec(said)?.[1] ?? said;
}

function usageIn(body: unknown): Usage | undefined {
  const { data } = withUsage.safeParse(body);
  return data && { inputTokens: data.usage.prompt_tokens, outputTokens: data.usage.completion_tokens };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
