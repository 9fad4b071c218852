// Parses responses of the chat completions API, including the differences between servers.
// Source: OpenAI's API description; Mistral's for content in parts.
import { z } from 'zod';
import { ModelError, type Usage } from './model-error.ts';

/** The answer of a model. */
export interface ChatReply {
  /** Without the model's thoughts and without code fences. */
  readonly text: string;
  /** The server's name of the model, which may be more exact than the one in the request. */
  readonly model: string;
  /** Undefined when the server did not report it. */
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
/** A larger number is not a count of tokens. */
const MAX_TOKENS = 10_000_000;
const tokens = z.int().min(0).max(MAX_TOKENS);
const withUsage = z.object({ usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }) });

/** Finish reasons of a tool call. Servers have many names for a normal end, so those are not listed. */
const TOOLS = new Set(['tool_calls', 'function_call']);

/**
 * Parses the body of a successful response. `model` is used when the server does not name it. Throws `ModelError` when the
 * body contains no answer.
 */
export function parseReply(body: string, model: string): ChatReply {
  const json = parse(body);
  const usage = usageIn(json);
  const billed = usage === undefined ? ('unknown' as const) : true;
  const { data } = completion.safeParse(json);
  if (data === undefined)
    throw new ModelError('invalid_answer', 'the response is not a completion', {
      usage,
      billed,
      again: true,
    });
  const [{ finish_reason, message }] = data.choices;
  if (finish_reason === 'content_filter')
    throw new ModelError('refused', 'the content filter stopped it', { usage, billed: true });
  if (message.refusal) throw new ModelError('refused', 'the model refused', { usage, billed: true });
  if (finish_reason === 'length')
    throw new ModelError('too_long', 'the answer was longer than allowed', { usage, billed: true });
  if (TOOLS.has(finish_reason ?? ''))
    throw new ModelError('invalid_answer', 'the model called a tool', { usage, billed: true });
  return { text: bare(textOf(message.content)), model: named.safeParse(json).data?.model ?? model, usage };
}

/** Skips parts that are not text, such as thoughts. */
function textOf(content: z.infer<typeof part>[] | string | null | undefined): string {
  if (!Array.isArray(content)) return content ?? '';
  return content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('');
}

function bare(text: string): string {
  const answer = text.replace(/^\s*<think>.*?<\/think>/s, '').trim();
  return /^```[a-z]*\n(.*?)\n?```$/is.exec(answer)?.[1] ?? answer;
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
