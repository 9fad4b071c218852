// The step of one event on a real Postgres beside a model's server, for specs; each suite has its own.
import { LocalAnalyser, type Message } from '@switchboard/analysis';
import {
  type ConversationDetails,
  conversationEscalated,
  type Enrichment,
  enrichment,
} from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import { type Suite, suite } from '@switchboard/testing';
import { Answers } from './answers.ts';
import type { ConversationFetch } from './conversation.ts';
import { type EventOfRecord, ModelStep, type ModelStepOptions } from './model-step.ts';
import { PROMPT_VERSIONS } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';
import { testAsking } from './test-asking.ts';
import { type TestModelServer, testModelServer } from './test-model-server.ts';

export const NOTHING_SET: TenantInsight = { vocabulary: { products: [], competitors: [] }, limits: {} };

export interface TestStep {
  readonly corner: Suite;
  readonly http: HttpClient;
  readonly server: TestModelServer;
  /** A process of its own, which `enriched` asks from now on. */
  begin(more?: Partial<ModelStepOptions>, database?: Suite['database']): ModelStep;
  enriched(of: EventOfRecord, insight?: TenantInsight, fetch?: ConversationFetch): Promise<Enrichment>;
}

/** To be called once in a spec: a new process and a server that answers well before each test. */
export function testStep(): TestStep {
  const http = new HttpClient();
  let corner: Suite;
  let server: TestModelServer;
  let step: ModelStep;
  const begin: TestStep['begin'] = (more = {}, database = corner.database) => {
    const { asking, metrics } = testAsking({ http, database, url: server.url });
    step = new ModelStep({
      analyser: new LocalAnalyser({ competitors: [], phoneCountry: 'US' }),
      answers: new Answers(database, { keepDays: 8 }),
      asking,
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
    async enriched(of, insight = NOTHING_SET, fetch = undefined) {
      const json = await step.enrichment(of, insight, insight.keyUnusable ? undefined : 'k', fetch);
      return enrichment.strict().parse(JSON.parse(json)) satisfies Enrichment;
    },
  };
}

let numbers = 0;

/** An event that nobody asked about before, unless its words are given. */
export function testEvent(more: Partial<EventOfRecord> = {}): EventOfRecord {
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

/** A platform that answers at once, and tells in `asked` what it was asked. */
export function platformWith(
  details: ConversationDetails | undefined,
  messages: readonly Message[] | undefined,
  asked: string[] = [],
): ConversationFetch {
  return {
    async details() {
      asked.push('details');
      return details;
    },
    async messages() {
      asked.push('messages');
      return messages;
    },
  };
}
