// Merges a model's answer with the local analysis. The model gives the judgements. The local analyser gives the entities, which
// it finds before personal data is masked, and what rules derive from them.
import { type Analysis, type EventToAnalyse, priorityOf } from '@switchboard/analysis';
import type { AnalysisSource } from '@switchboard/contracts';
import type { ModelResult } from './model-gateway.ts';

const MICRO = 1_000_000;
const MAX_NAMES = 10;

/** Where an analysis comes from. */
export interface AnalysisOrigin {
  readonly source: AnalysisSource;
  readonly promptVersion: string;
  readonly latencyMs: number;
}

/** The analysis of an event with the model's answer; the local one, with the reason, when there is no answer. */
export function mergeAnswer(
  local: Analysis,
  { type, data }: EventToAnalyse,
  result: ModelResult,
  { source, promptVersion, latencyMs }: AnalysisOrigin,
): Analysis {
  const common = {
    ...local,
    source,
    prompt_version: promptVersion,
    latency_ms: Math.round(latencyMs),
    cost_usd: result.microUsd / MICRO,
  };
  if ('reason' in result) return { ...common, fallback_reason: result.reason };
  const { intent, sentiment, sentiment_score, urgency, complexity, categories, ...insights } = result.answer;
  const priority = priorityOf(type, data, { urgency, sentiment, intent: intent ?? undefined });
  return {
    ...common,
    model: result.model,
    insights: {
      ...insights,
      ...(intent ? { intent } : {}),
      competitive_mentions: joined(local.insights.competitive_mentions, insights.competitive_mentions),
      product_interests: joined(local.insights.product_interests, insights.product_interests),
    },
    classification: { categories, sentiment, sentiment_score, urgency, priority, complexity },
  };
}

/** The local names first, spelled as configured, then further names of the model. */
function joined(local: readonly string[], model: readonly string[]): string[] {
  const names = new Map<string, string>();
  for (const name of [...local, ...model]) {
    const key = name.toLowerCase();
    if (!names.has(key)) names.set(key, name);
  }
  return [...names.values()].slice(0, MAX_NAMES);
}
