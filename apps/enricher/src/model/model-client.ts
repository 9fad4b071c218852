// One model under one key, on any server that speaks OpenAI's API of chat completions.
import { EgressError, fetchOver, type HttpClient } from '@switchboard/egress';
import type OpenAI from 'openai';
import { z } from 'zod';
import { AnswerError, answerSchema, type ModelAnswer, readAnswer } from './answer.ts';
import { ModelError, refusedBy, type Usage, withoutAnswer } from './model-error.ts';
import type { Prompt } from './prompt.ts';

export { ModelError, type ModelErrorCode, type Usage } from './model-error.ts';

export interface ModelClientOptions {
  readonly http: HttpClient;
  /** For example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** As its server names it. */
  readonly model: string;
  /** Longest call, in milliseconds. */
  readonly timeoutMs: number;
  /** Tokens of an answer at most. */
  readonly answerTokens: number;
}

/** What a model said. */
export interface ModelReply {
  readonly answer: ModelAnswer;
  /** As its server names it, which may be more exact than what was asked for. */
  readonly model: string;
  /** Undefined when the server did not say. */
  readonly usage: Usage | undefined;
}

/** The parts of CreateChatCompletionResponse that count, where servers agree. Source: OpenAI's API description. */
const completion = z.object({
  model: z.string().regex(/^[^\p{C}]{1,200}$/u),
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    ],
    z.unknown(),
  ),
});
/** Beyond this a server does not count tokens. */
const MOST_TOKENS = 10_000_000;
const tokens = z.int().min(0).max(MOST_TOKENS);
const withUsage = z.object({ usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }) });

const ENDPOINT = '/chat/completions';
const TEMPERATURE = 0.1;
/** What a header can carry: what `fetch` throws of another key quotes it. */
const USABLE_KEY = /^[\x21-\x7e]+$/;

/** The package is large: it is loaded with the first question, and never by a service that asks none. */
type Sdk = typeof import('openai');

export class ModelClient {
  private loaded: Promise<{ sdk: Sdk; openai: OpenAI }> | undefined;

  constructor(private readonly options: ModelClientOptions) {}

  /** Asks once. Throws `ModelError`. `signal` ends the call and may outlive it. */
  async ask(prompt: Prompt, signal: AbortSignal): Promise<ModelReply> {
    if (!USABLE_KEY.test(this.options.apiKey))
      throw new ModelError('credentials', 'the key has characters that no key has', { billed: false });
    this.loaded ??= this.load();
    const { sdk, openai } = await this.loaded;
    if (signal.aborted) throw new ModelError('aborted', 'given up before it was asked', { billed: false });
    // The package leaves a listener on the signal it is given; so it is given one that ends with the call.
    const own = new AbortController();
    const end = () => own.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      const response = await openai.chat.completions
        .create(this.request(prompt), { signal: own.signal })
        .asResponse();
      return replyIn(await response.text(), prompt.canary);
    } catch (error) {
      throw signal.aborted && error instanceof sdk.APIError && error.status === undefined
        ? new ModelError('aborted', 'given up while it was asked', { billed: 'unknown' })
        : sorted(error, sdk);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  private async load(): Promise<{ sdk: Sdk; openai: OpenAI }> {
    const { http, baseUrl, apiKey, timeoutMs } = this.options;
    const sdk = await import('openai');
    const openai = new sdk.OpenAI({
      apiKey,
      baseURL: baseUrl,
      fetch: fetchOver(http, ENDPOINT, { timeoutMs }),
      timeout: timeoutMs,
      maxRetries: 0,
      // Without these it would take them from the environment: headers of another's account, logs of what is sent.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
    });
    return { sdk, openai };
  }

  private request({ messages }: Prompt): OpenAI.ChatCompletionCreateParamsNonStreaming {
    const { model, answerTokens } = this.options;
    return {
      model,
      messages: [...messages],
      temperature: TEMPERATURE,
      ...answerBound(this.options.baseUrl, answerTokens),
      store: false,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'enrichment', strict: true, schema: answerSchema },
      },
    };
  }
}

/** Most tokens of an answer. OpenAI's newer models refuse the older name; servers of others do not keep to the newer one. */
export function answerBound(
  baseUrl: string,
  tokens: number,
): { max_completion_tokens: number } | { max_tokens: number } {
  const { hostname } = new URL(baseUrl);
  const own = /(?:^|\.)openai\.(?:azure\.)?com$/.test(hostname);
  return own ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

function sorted(error: unknown, sdk: Sdk): unknown {
  if (error instanceof sdk.APIConnectionTimeoutError)
    return new ModelError('timeout', 'no answer in time', { billed: 'unknown' });
  if (error instanceof sdk.APIConnectionError && error.cause instanceof EgressError)
    return withoutAnswer(error.cause);
  return error instanceof sdk.APIError && error.status !== undefined ? refusedBy(error) : error;
}

/** Good only when it ended by itself, nothing was refused and the content is what the schema says. */
function replyIn(text: string, canary: string): ModelReply {
  const body = parse(text);
  const usage = usageIn(body);
  const billed = usage === undefined ? ('unknown' as const) : true;
  const { data } = completion.safeParse(body);
  if (data === undefined)
    throw new ModelError('invalid_answer', 'it is no completion', { usage, billed, again: true });
  const [{ finish_reason, message }] = data.choices;
  if (finish_reason === 'content_filter')
    throw new ModelError('refused', 'the content filter stopped it', { usage, billed: true });
  if (message.refusal) throw new ModelError('refused', 'the model refused', { usage, billed: true });
  if (finish_reason !== 'stop') {
    const why = finish_reason === 'length' ? 'the answer was longer than allowed' : 'it ended in another way';
    throw new ModelError('invalid_answer', why, { usage, billed: true });
  }
  try {
    return { answer: readAnswer(message.content ?? '', canary), model: data.model, usage };
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    const what = `the answer cannot be used (${error.code})`;
    throw new ModelError('invalid_answer', what, { cause: error, usage, billed: true, again: true });
  }
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
