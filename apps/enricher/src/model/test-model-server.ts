// A stand-in for a server with the chat completions API. It answers as a spec sets it up, and records the requests.
import { httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import type { ModelAnswer } from './answer.ts';

/** The parts of a request that specs check. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** How the server answers. Absent fields are those of a good answer. */
export interface Behaviour extends Pick<StubAnswer, 'delayMs' | 'fault' | 'headers'> {
  /** An error status. The body is an error of the API with the type and code of `error`. */
  readonly status?: number;
  readonly error?: { readonly type: string; readonly code?: string | null };
  /** A body in place of a completion. */
  readonly body?: unknown;
  /** The content in place of the good answer. */
  readonly content?: string | null | ((request: ChatRequest) => string);
  readonly refusal?: string;
  readonly finishReason?: string;
  /** False: the server does not report it. */
  readonly usage?: boolean;
}

type Behave = (request: StubRequest, index: number) => Behaviour | Promise<Behaviour>;

export interface TestModelServer {
  /** Base URL of the API. */
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** Sets how the server answers from now on; without an argument it gives the good answer again. */
  behave(behaviour?: Behaviour | Behave): void;
  close(): Promise<void>;
}

/** The good answer. */
export const goodAnswer: ModelAnswer = {
  intent: 'report_problem',
  goals: ['close the month on Friday'],
  questions: ['When will this be fixed?'],
  pain_points: ['charged twice'],
  product_interests: ['Team plan'],
  buying_signals: ['price_question'],
  competitive_mentions: ['Zyla'],
  urgency_indicators: ['before Friday'],
  categories: ['billing', 'technical'],
  sentiment: 'negative',
  sentiment_score: -0.6,
  urgency: 'high',
  complexity: 'medium',
};

/** The name of the model in every answer, whichever was requested. */
export const ANSWERING_MODEL = 'test-model-2026-11-01';
export const GARBAGE: Behaviour = { body: '<html>502' };
export const REFUSAL: Behaviour = { content: null, refusal: 'no' };
export const OUT_OF_SCHEMA: Behaviour = { content: JSON.stringify({ ...goodAnswer, sentiment: 'furious' }) };

/** Starts a server; `answer` replaces parts of the good answer. */
export async function testModelServer(answer: Partial<ModelAnswer> = {}): Promise<TestModelServer> {
  const well = JSON.stringify({ ...goodAnswer, ...answer });
  let next: Behave = () => ({});
  const stub = await httpStub(async (request, index) => reply(request, await next(request, index), well));
  return {
    url: `${stub.url}/v1`,
    requests: stub.requests,
    behave: (behaviour = {}) => {
      next = typeof behaviour === 'function' ? behaviour : () => behaviour;
    },
    close: () => stub.close(),
  };
}

function reply(request: StubRequest, behaviour: Behaviour, well: string): StubAnswer {
  const { delayMs, fault, headers, status, error, body } = behaviour;
  const common = {
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(fault === undefined ? {} : { fault }),
    headers: { 'x-request-id': 'req_test', ...headers },
  };
  if (request.method !== 'POST' || request.path !== '/v1/chat/completions')
    return { ...common, ...failure(404, { type: 'invalid_request_error' }) };
  if (body !== undefined) return { ...common, ...(status === undefined ? {} : { status }), body };
  if (status !== undefined) return { ...common, ...failure(status, error ?? { type: 'test_error' }) };
  return { ...common, body: completion(request.json as ChatRequest, behaviour, well) };
}

/** The message quotes a part of a key, as the real API does: our errors must not repeat it. */
function failure(status: number, { type, code = null }: NonNullable<Behaviour['error']>): StubAnswer {
  return { status, body: { error: { message: 'Incorrect: sk-test****WXYZ', type, param: null, code } } };
}

function completion(request: ChatRequest, behaviour: Behaviour, well: string): object {
  const { content = well, refusal = null, finishReason = 'stop', usage = true } = behaviour;
  const text = typeof content === 'function' ? content(request) : content;
  const prompt_tokens = tokensOf(request.messages.map((message) => message.content).join());
  const completion_tokens = tokensOf(text ?? '');
  return {
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: ANSWERING_MODEL,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal, annotations: [] },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    ...(usage && {
      usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    }),
  };
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
