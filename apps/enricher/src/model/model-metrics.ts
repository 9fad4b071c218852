// The metrics of the model step: calls, tokens, cost, and the source of each enrichment. Label values are known event types and
// closed lists.
import { type AnalysisSource, type FallbackReason, typeLabel } from '@switchboard/contracts';
import type { Metrics } from '@switchboard/service';
import type { ModelError, Usage } from './model-client.ts';

const CALL_SECONDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20];
const MICRO = 1_000_000;

/** Metrics of the model step. */
export class ModelMetrics {
  private readonly calls;
  private readonly seconds;
  private readonly tokens;
  private readonly usd;
  private readonly enrichments;
  private readonly fallbacks;

  constructor(
    metrics: Pick<Metrics, 'counter' | 'histogram' | 'gauge'>,
    heldKeys: () => ReadonlyMap<string, number>,
  ) {
    const byType = ['event_type'];
    this.calls = metrics.counter('switchboard_model_calls_total', 'Calls of the model by outcome', [
      ...byType,
      'outcome',
    ]);
    this.seconds = metrics.histogram(
      'switchboard_model_call_duration_seconds',
      'Duration of calls of the model',
      byType,
      CALL_SECONDS,
    );
    this.tokens = metrics.counter('switchboard_model_tokens_total', 'Tokens sent and received', [
      ...byType,
      'direction',
    ]);
    this.usd = metrics.counter(
      'switchboard_model_cost_usd_total',
      'Cost of the calls of the model, in US dollars',
      byType,
    );
    this.enrichments = metrics.counter(
      'switchboard_model_enrichments_total',
      'Events of the types in MODEL_EVENT_TYPES, by the source of their enrichment',
      [...byType, 'source'],
    );
    this.fallbacks = metrics.counter(
      'switchboard_model_fallbacks_total',
      'Events that got the local analysis in place of the model, by reason',
      [...byType, 'reason'],
    );
    const gauge = metrics.gauge(
      'switchboard_model_keys_held',
      'Keys of the model that are held now',
      ['reason'],
      async () => {
        gauge.reset();
        for (const [reason, keys] of heldKeys()) gauge.set({ reason }, keys);
      },
    );
  }

  /** A call has ended. */
  called(eventType: string, outcome: 'ok' | ModelError['code'], ms: number): void {
    const event_type = typeLabel(eventType);
    this.calls.inc({ event_type, outcome });
    this.seconds.observe({ event_type }, ms / 1000);
  }

  /** A call was billed, or may have been. Without `usage` the tokens are not known. */
  spent(eventType: string, usage: Usage | undefined, microUsd: number): void {
    const event_type = typeLabel(eventType);
    this.tokens.inc({ event_type, direction: 'input' }, usage?.inputTokens ?? 0);
    this.tokens.inc({ event_type, direction: 'output' }, usage?.outputTokens ?? 0);
    this.usd.inc({ event_type }, microUsd / MICRO);
  }

  /** An event was enriched. */
  enriched(eventType: string, source: AnalysisSource, reason?: FallbackReason): void {
    const event_type = typeLabel(eventType);
    this.enrichments.inc({ event_type, source });
    if (reason !== undefined) this.fallbacks.inc({ event_type, reason });
  }
}
