// For specs: model clients beside a stand-in for the model's server. Each suite has its own server.
import { type CallReport, HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import { ModelClient, type ModelClientOptions, ModelError, type ModelReply } from './model-client.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { type TestModelServer, testModelServer } from './test-model-server.ts';

export interface TestModelClient {
  readonly server: TestModelServer;
  /** The HTTP calls of the current test. */
  readonly reports: readonly CallReport[];
  client(options?: Partial<ModelClientOptions>): ModelClient;
  /** Asks about a short conversation, by default with a new client. */
  ask(client?: ModelClient, signal?: AbortSignal): Promise<ModelReply>;
}

/** Call it once in a spec. Before each test the server gives the good answer again. */
export function testModelClient(): TestModelClient {
  const reports: CallReport[] = [];
  const http = new HttpClient({ observe: (report) => reports.push(report) });
  const conversation = { messages: [{ text: 'I was charged twice', customer: true }] };
  let server: TestModelServer;
  beforeAll(async () => {
    server = await testModelServer();
  });
  beforeEach(() => {
    server.behave();
    reports.length = 0;
  });
  afterAll(async () => {
    await http.close();
    await server.close();
  });
  const client = (options: Partial<ModelClientOptions> = {}) =>
    new ModelClient({
      http,
      parameters: new ChatParameters({ baseUrl: server.url }),
      baseUrl: server.url,
      apiKey: 'sk-test-key',
      model: 'test-model',
      timeoutMs: 20_000,
      answerTokens: 800,
      ...options,
    });
  return {
    get server() {
      return server;
    },
    reports,
    client,
    ask: (one = client(), signal = new AbortController().signal) =>
      one.ask(promptFor(conversation, { version: PROMPT_VERSIONS[0], maxTokens: 1_000 }), signal),
  };
}

/** The error of a call that must fail. */
export async function failureOf(answer: Promise<unknown>): Promise<ModelError> {
  const error = await answer.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}
