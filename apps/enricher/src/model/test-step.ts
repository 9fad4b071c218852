// The model step for specs: a real Postgres and a stand-in for the model's server. Each suite has its own.
import { LocalAnalyser, type Message } from '@switchboard/analysis';
import {
  type ConversationDetails,
  conversationEscalated,
  type Enrichment,
  enrichment,
} from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { type Suite, suite } from '@switchboard/testing';
import { AnswerStore } from './answer-store.ts';
import type { ConversationFetch } from './conversation.ts';
import { type AcceptedEvent, ModelStep, type ModelStepOptions } from './model-step.ts';
import { PROMPT_VERSIONS } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';
import { testModelGateway } from './test-model-gateway.ts';
import { type TestModelServer, testModelServer } from './test-model-server.ts';

export const NO_SETTINGS: TenantInsight = { vocabulary: { products: [], competitors: [] }, limits: {} };

export interface TestStep {
  readonly corner: Suite;
  readonly http: HttpClient;
  readonly server: TestModelServer;
  /** Creates the step of a new process, which `enriched` uses from now on. */
  begin(more?: Partial<ModelStepOptions>, database?: Suite['database']): ModelStep;
  enriched(of: AcceptedEvent, insight?: TenantInsight, fetch?: ConversationFetch): Promise<Enrichment>;
}

/** Call it once in a spec. Before each test there is a new step, and the server gives the good answer. */
export function testStep(): TestStep {
  const http = new HttpClient();
  let corner: Suite;
  let server: TestModelServer;
  let step: ModelStep;
  const begin: TestStep['begin'] = (more = {}, database = corner.database) => {
    const { gateway, metrics } = testModelGateway({ http, database, url: server.url });
    step = new ModelStep({
      analyser: new LocalAnalyser({ competitors: [], phoneCountry: 'US' }),
      answers: new AnswerStore(database, { keepDays: 8 }),
      gateway,
      metrics,
      model: 'm',
      promptVersion: PROMPT_VERSIONS[0],
      limits: {},
      promptTokens: 1_000,
      deadlineMs: 60_000,
      phoneCountry: 'US',
      ...more,
    });
    return step;
  };
  beforeAll(async () => {
    corner = await suite({ topics: false });
    server = await testModelServer();
  });
  beforeEach(() => {
    server.behave();
    begin();
  });
  afterAll(async () => {
    await http.close();
    await server.close();
    await corner.end();
  });
  return {
    get corner() {
      return corner;
    },
    http,
    get server() {
      return server;
    },
    begin,
    async enriched(of, insight = NO_SETTINGS, fetch = undefined) {
      const json = await step.enrichment(of, insight, insight.keyUnusable ? undefined : 'k', fetch);
      return enrichment.strict().parse(JSON.parse(json)) satisfies Enrichment;
    },
  };
}

let numbers = 0;

/** A new event with its own text, unless `more` gives the messages. */
export function testEvent(more: Partial<AcceptedEvent> = {}): AcceptedEvent {
  const number = (numbers += 1);
  return {
    id: `e${number}`,
    type: conversationEscalated.type,
    tenantId: 'acme',
    data: {},
    messages: [{ text: `case ${number}: I was charged twice, write to ann@example.com`, customer: true }],
    acceptedAt: Date.now(),
    ...more,
  };
}

/** A platform that answers at once, and records its calls in `calls`. */
export function platformWith(
  details: ConversationDetails | undefined,
  messages: readonly Message[] | undefined,
  calls: string[] = [],
): ConversationFetch {
  return {
    async details() {
      calls.push('details');
      return details;
    },
    async messages() {
      calls.push('messages');
      return messages;
    },
  };
}
