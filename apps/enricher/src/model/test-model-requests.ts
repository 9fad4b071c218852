// For specs: requests to a stand-in for the model's server, and their cost. Each suite has its own server and budget.
import type { HttpClient } from '@switchboard/egress';
import { type Suite, suite } from '@switchboard/testing';
import { Budget } from './budget.ts';
import type { ModelGateway, ModelRequest, ModelResult } from './model-gateway.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { ANSWER_TOKENS, testModelGateway } from './test-model-gateway.ts';
import { type TestModelServer, testModelServer } from './test-model-server.ts';

export const testPrompt = promptFor(
  { messages: [{ text: 'hello', customer: true }] },
  { version: PROMPT_VERSIONS[0], maxTokens: 100 },
);
/** The tokens that are reserved for a call. */
export const RESERVED = testPrompt.upperTokens + ANSWER_TOKENS;
/** The tokens that are counted for a call whose usage is not known. */
export const LIKELY = testPrompt.likelyTokens + ANSWER_TOKENS;

export interface TestModelRequests {
  readonly budget: Budget;
  readonly server: TestModelServer;
  start(more?: Parameters<typeof testModelGateway>[1]): ModelGateway;
  /** Today's spending of the tenant of a request. */
  spent(of: ModelRequest): Promise<{ tokens: number; microUsd: number }>;
}

/** Call it once in a spec. Each test gets its own server. Closes `http` at the end. */
export function testModelRequests(http: HttpClient): TestModelRequests {
  let corner: Suite;
  let server: TestModelServer;
  let budget: Budget;
  beforeAll(async () => {
    corner = await suite({ topics: false });
    budget = new Budget(corner.database);
  });
  beforeEach(async () => {
    server = await testModelServer();
  });
  afterEach(() => server.close());
  afterAll(async () => {
    await http.close();
    await corner.end();
  });
  return {
    get budget() {
      return budget;
    },
    get server() {
      return server;
    },
    start: (more = {}) =>
      testModelGateway({ http, database: corner.database, url: server.url }, more).gateway,
    spent: async ({ tenantId }) => (await budget.spent(tenantId, new Date())).day,
  };
}

let tenants = 0;

/** A request of a new tenant with a deadline in `ms` milliseconds. */
export function newRequest(ms = 60_000, limits: ModelRequest['limits'] = {}): ModelRequest {
  return {
    tenantId: `tenant-${(tenants += 1)}`,
    eventType: 'conversation.ended',
    limits,
    prompt: () => testPrompt,
    until: performance.now() + ms,
    signal: AbortSignal.timeout(ms),
  };
}

/** Asks and settles, as the model step does after it has stored the answer. */
export async function ask(gateway: ModelGateway, key: string, request: ModelRequest): Promise<ModelResult> {
  const { result, settle } = await gateway.ask(key, request);
  await settle();
  return result;
}
