// A model gateway for specs, as the enricher has it: real HTTP, a real Postgres, and prices that are easy to add up.
import type { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { Database } from '@switchboard/postgres';
import { Metrics } from '@switchboard/service';
import { Budget } from './budget.ts';
import { ModelClient } from './model-client.ts';
import { ModelGateway, type ModelGatewayOptions } from './model-gateway.ts';
import { ModelMetrics } from './model-metrics.ts';

export const ANSWER_TOKENS = 800;

export interface TestModelGateway {
  readonly gateway: ModelGateway;
  readonly metrics: ModelMetrics;
  readonly registry: Metrics;
}

/** A gateway to the server at `url`. */
export function testModelGateway(
  { http, database, url }: { http: HttpClient; database: Database; url: string },
  more: Partial<ModelGatewayOptions> = {},
): TestModelGateway {
  const registry = new Metrics('enricher');
  const metrics = new ModelMetrics(registry, () => gateway.heldKeys(performance.now()));
  const options = {
    budget: new Budget(database),
    metrics,
    price: { input: 1, output: 10 },
    concurrency: 4,
    maxRequests: 300,
    reservedRequests: 40,
    timeoutMs: 60_000,
    answerTokens: ANSWER_TOKENS,
    ...more,
  };
  const parameters = new ChatParameters({ baseUrl: url });
  const client = (apiKey: string) =>
    new ModelClient({
      http,
      apiKey,
      parameters,
      baseUrl: url,
      model: 'm',
      timeoutMs: options.timeoutMs,
      answerTokens: ANSWER_TOKENS,
    });
  const gateway: ModelGateway = new ModelGateway(options, client);
  return { gateway, metrics, registry };
}
