// The way to a model as the enricher has it, for specs: real HTTP and a real Postgres, prices that are easy to add up.
import type { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { Database } from '@switchboard/postgres';
import { Metrics } from '@switchboard/service';
import { Asking, type AskingOptions } from './asking.ts';
import { Budget } from './budget.ts';
import { ModelClient } from './model-client.ts';
import { ModelMetrics } from './model-metrics.ts';

export const ANSWER_TOKENS = 800;

export interface TestAsking {
  readonly asking: Asking;
  readonly metrics: ModelMetrics;
  readonly registry: Metrics;
}

/** Asks the server at `url`. */
export function testAsking(
  { http, database, url }: { http: HttpClient; database: Database; url: string },
  more: Partial<AskingOptions> = {},
): TestAsking {
  const registry = new Metrics('enricher');
  const metrics = new ModelMetrics(registry, () => asking.held(performance.now()));
  const options = {
    budget: new Budget(database),
    metrics,
    price: { input: 1, output: 10 },
    concurrency: 4,
    events: 300,
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
  const asking: Asking = new Asking(options, client);
  return { asking, metrics, registry };
}
