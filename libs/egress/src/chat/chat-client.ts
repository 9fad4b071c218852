// One model under one key, on any server that speaks OpenAI's API of chat completions. For those who ask a model: the package
// behind it is large, and is loaded with the first question.
import type OpenAI from 'openai';
import { EgressError } from '../errors.ts';
import { fetchOver } from '../fetch-over.ts';
import type { HttpClient } from '../http-client.ts';
import { type ChatReply, replyIn } from './completion.ts';
import { ModelError, refusedBy, withoutAnswer } from './model-error.ts';
import { type ChatParameters, formatOf, type Omitted } from './parameters.ts';

export type { ChatReply } from './completion.ts';
export { ModelError, type ModelErrorCode, type Usage } from './model-error.ts';
export { ChatParameters, type ChatParametersOptions, OMITTABLE, type Omittable } from './parameters.ts';

export interface ChatClientOptions {
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
  /** Shared by all clients of this model and server. */
  readonly parameters: ChatParameters;
}

/** What is asked. */
export interface ChatQuestion {
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[];
  /** JSON schema of the answer, for structured outputs in strict mode, and its name. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly name: string;
}

/** The statuses of a request that is not as the server wants it. */
const NOT_AS_WANTED = new Set([400, 422]);
const ENDPOINT = '/chat/completions';
/** What a header can carry: what `fetch` throws of another key quotes it. */
const USABLE_KEY = /^[\x21-\x7e]+$/;

type Sdk = typeof import('openai');

/** What a server says of a request that is not as it wants it. The package keeps only what has the form of OpenAI's errors. */
class Refusals {
  private readonly texts = new WeakMap<Headers, string>();

  /** A `fetch` whose refusals are kept as long as their headers are. */
  kept(call: typeof fetch): typeof fetch {
    return async (...args) => {
      const response = await call(...args);
      if (NOT_AS_WANTED.has(response.status)) this.texts.set(response.headers, await response.clone().text());
      return response;
    };
  }

  of(headers: Headers | undefined): string {
    return (headers && this.texts.get(headers)) ?? '';
  }
}

export class ChatClient {
  private loaded: Promise<{ sdk: Sdk; openai: OpenAI }> | undefined;
  private readonly refusals = new Refusals();

  constructor(private readonly options: ChatClientOptions) {}

  /**
   * Asks once; again at once where the server refuses a parameter, which costs nothing. Throws `ModelError`. `signal` ends the
   * call and may outlive it.
   */
  async ask(question: ChatQuestion, signal: AbortSignal): Promise<ChatReply> {
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
      return await this.adapting(question, own.signal, { sdk, openai });
    } catch (error) {
      throw signal.aborted && error instanceof sdk.APIError && error.status === undefined
        ? new ModelError('aborted', 'given up while it was asked', { billed: 'unknown' })
        : sorted(error, sdk);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  private async adapting(
    question: ChatQuestion,
    signal: AbortSignal,
    { sdk, openai }: { sdk: Sdk; openai: OpenAI },
  ): Promise<ChatReply> {
    const { parameters, model } = this.options;
    for (;;) {
      const omitted = parameters.now;
      try {
        const request = this.request(question, omitted);
        const response = await openai.chat.completions.create(request, { signal }).asResponse();
        return replyIn(await response.text(), model);
      } catch (error) {
        if (!(error instanceof sdk.APIError)) throw error;
        const parameter = parameters.refusedIn(error.param, this.refusals.of(error.headers), omitted);
        if (parameter === undefined) throw error;
        if (!parameters.refused(parameter, omitted)) throw refusedBy(error, parameter);
      }
    }
  }

  private async load(): Promise<{ sdk: Sdk; openai: OpenAI }> {
    const { http, baseUrl, apiKey, timeoutMs } = this.options;
    const sdk = await import('openai');
    const openai = new sdk.OpenAI({
      apiKey,
      baseURL: baseUrl,
      fetch: this.refusals.kept(fetchOver(http, ENDPOINT, { timeoutMs })),
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

  private request(
    { messages, schema, name }: ChatQuestion,
    omitted: Omitted,
  ): OpenAI.ChatCompletionCreateParamsNonStreaming {
    const { model, answerTokens, parameters } = this.options;
    const [first, ...others] = messages;
    // A server that is not given the schema is told it.
    const inWords = formatOf(omitted) === 'json_schema' ? '' : `\nThe JSON schema: ${JSON.stringify(schema)}`;
    return {
      model,
      messages: first ? [{ ...first, content: first.content + inWords }, ...others] : [],
      ...parameters.common(omitted, answerTokens, name, schema),
    };
  }
}

function sorted(error: unknown, sdk: Sdk): unknown {
  if (error instanceof sdk.APIConnectionTimeoutError)
    return new ModelError('timeout', 'no answer in time', { billed: 'unknown' });
  if (error instanceof sdk.APIConnectionError && error.cause instanceof EgressError)
    return withoutAnswer(error.cause);
  return error instanceof sdk.APIError && error.status !== undefined ? refusedBy(error) : error;
}
