// A client of one model with one API key, on any server with OpenAI's chat completions API. The `openai` package is large,
// so it is loaded at the first question.
import type OpenAI from 'openai';
import { EgressError } from '../errors.ts';
import { fetchOver } from '../fetch-over.ts';
import type { HttpClient } from '../http-client.ts';
import { type ChatReply, parseReply } from './completion.ts';
import { ModelError, refusalError, errorWithoutAnswer } from './model-error.ts';
import { type ChatParameters, formatOf, type Omitted } from './parameters.ts';

export type { ChatReply } from './completion.ts';
export { ModelError, type ModelErrorCode, type Usage } from './model-error.ts';
export { ChatParameters, type ChatParametersOptions, OMITTABLE, type Omittable } from './parameters.ts';

export interface ChatClientOptions {
  readonly http: HttpClient;
  /** For example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The server's name of the model. */
  readonly model: string;
  /** The time limit of a call, in milliseconds. */
  readonly timeoutMs: number;
  /** Limit of tokens in an answer. */
  readonly answerTokens: number;
  /** Shared by all clients of this model and server. */
  readonly parameters: ChatParameters;
}

export interface ChatQuestion {
  readonly messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[];
  /** JSON schema of the answer, for structured outputs in strict mode, and the schema's name. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly name: string;
}

/** Statuses of a request that the server does not accept. */
const INVALID_REQUEST = new Set([400, 422]);
const ENDPOINT = '/chat/completions';
/** A key that a header can carry. For others the error of `fetch` would quote the key. */
const USABLE_KEY = /^[\x21-\x7e]+$/;

type Sdk = typeof import('openai');

/** Keeps the texts of refusals: the package keeps only errors in OpenAI's format. */
class RefusalTexts {
  private readonly texts = new WeakMap<Headers, string>();

  /** A `fetch` that records the text of each refusal, for as long as its headers exist. */
  recording(call: typeof fetch): typeof fetch {
    return async (...args) => {
      const response = await call(...args);
      if (INVALID_REQUEST.has(response.status))
        this.texts.set(response.headers, await response.clone().text());
      return response;
    };
  }

  of(headers: Headers | undefined): string {
    return (headers && this.texts.get(headers)) ?? '';
  }
}

export class ChatClient {
  private loaded: Promise<{ sdk: Sdk; openai: OpenAI }> | undefined;
  private readonly refusals = new RefusalTexts();

  constructor(private readonly options: ChatClientOptions) {}

  /**
   * Asks once, and again at once when the server refuses a parameter; such a refusal costs nothing. Throws `ModelError`.
   * `signal` ends the call and may outlive it.
   */
  async ask(question: ChatQuestion, signal: AbortSignal): Promise<ChatReply> {
    if (!USABLE_KEY.test(this.options.apiKey))
      throw new ModelError('credentials', 'the key contains invalid characters', { billed: false });
    this.loaded ??= this.load();
    const { sdk, openai } = await this.loaded;
    if (signal.aborted) throw new ModelError('aborted', 'aborted before it was asked', { billed: false });
    // The package leaves a listener on its signal, so it gets a signal that ends with the call.
    const own = new AbortController();
    const end = () => own.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await this.askAdapting(question, own.signal, { sdk, openai });
    } catch (error) {
      throw signal.aborted && error instanceof sdk.APIError && error.status === undefined
        ? new ModelError('aborted', 'aborted while it was asked', { billed: 'unknown' })
        : classifyError(error, sdk);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Leaves out the parameters that the server refuses. */
  private async askAdapting(
    question: ChatQuestion,
    signal: AbortSignal,
    { sdk, openai }: { sdk: Sdk; openai: OpenAI },
  ): Promise<ChatReply> {
    const { parameters, model } = this.options;
    for (;;) {
      const omitted = parameters.current;
      try {
        const request = this.request(question, omitted);
        const response = await openai.chat.completions.create(request, { signal }).asResponse();
        return parseReply(await response.text(), model);
      } catch (error) {
        if (!(error instanceof sdk.APIError)) throw error;
        const parameter = parameters.refusedIn(error.param, this.refusals.of(error.headers), omitted);
        if (parameter === undefined) throw error;
        if (!parameters.omit(parameter, omitted)) throw refusalError(error, parameter);
      }
    }
  }

  private async load(): Promise<{ sdk: Sdk; openai: OpenAI }> {
    const { http, baseUrl, apiKey, timeoutMs } = this.options;
    const sdk = await import('openai');
    const openai = new sdk.OpenAI({
      apiKey,
      baseURL: baseUrl,
      fetch: this.refusals.recording(fetchOver(http, ENDPOINT, { timeoutMs })),
      timeout: timeoutMs,
      maxRetries: 0,
      // Otherwise the package takes these from the environment: headers of another account, logs of what is sent.
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
    // Without the schema as a parameter, the prompt contains it.
    const schemaText =
      formatOf(omitted) === 'json_schema' ? '' : `\nThe JSON schema: ${JSON.stringify(schema)}`;
    return {
      model,
      messages: first ? [{ ...first, content: first.content + schemaText }, ...others] : [],
      ...parameters.common(omitted, answerTokens, name, schema),
    };
  }
}

function classifyError(error: unknown, sdk: Sdk): unknown {
  if (error instanceof sdk.APIConnectionTimeoutError)
    return new ModelError('timeout', 'no answer in time', { billed: 'unknown' });
  if (error instanceof sdk.APIConnectionError && error.cause instanceof EgressError)
    return errorWithoutAnswer(error.cause);
  return error instanceof sdk.APIError && error.status !== undefined ? refusalError(error) : error;
}
