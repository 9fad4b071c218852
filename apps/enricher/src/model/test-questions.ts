// Questions to a model's server that a spec tells how to answer, and what they cost; each suite has its own.
import type { HttpClient } from '@switchboard/egress';
import { type Suite, suite } from '@switchboard/testing';
import type { Asked, Asking, Question } from './asking.ts';
import { Budget } from './budget.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { ANSWER_TOKENS, testAsking } from './test-asking.ts';
import { type TestModelServer, testModelServer } from './test-model-server.ts';

export const testPrompt = promptFor(
  { messages: [{ text: 'hello', customer: true }] },
  { version: PROMPT_VERSIONS[0], maxTokens: 100 },
);
export const MOST = testPrompt.upperTokens + ANSWER_TOKENS;
/** What a call without a known end is taken to have cost. */
export const LIKELY = testPrompt.likelyTokens + ANSWER_TOKENS;

export interface TestQuestions {
  readonly budget: Budget;
  readonly server: TestModelServer;
  start(more?: Parameters<typeof testAsking>[1]): Asking;
  /** What is spent today by the tenant of a question. */
  spent(of: Question): Promise<{ tokens: number; microUsd: number }>;
}

/** To be called once in a spec: each test has a server of its own. Closes `http` in the end. */
export function testQuestions(http: HttpClient): TestQuestions {
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
    start: (more = {}) => testAsking({ http, database: corner.database, url: server.url }, more).asking,
    spent: async ({ tenantId }) => (await budget.spent(tenantId, new Date())).day,
  };
}

let tenants = 0;

/** A question of a new tenant, with this much time left. */
export function question(ms = 60_000, limits: Question['limits'] = {}): Question {
  return {
    tenantId: `tenant-${(tenants += 1)}`,
    eventType: 'conversation.ended',
    limits,
    prompt: () => testPrompt,
    until: performance.now() + ms,
    signal: AbortSignal.timeout(ms),
  };
}

/** Asks and settles, as the step does when the answer is stored. */
export async function ask(asking: Asking, key: string, what: Question): Promise<Asked> {
  const { asked, settle } = await asking.ask(key, what);
  await settle();
  return asked;
}
