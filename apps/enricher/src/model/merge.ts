// Merges a model's answer with the local analysis: judgements come from the model; entities (found before masking), and what
// follows from them by rule, come from the local analyser.
import { type Analysis, type EventToAnalyse, priorityOf } from '@switchboard/analysis';
import type { AnalysisSource } from '@switchboard/contracts';
import type { Asked } from './asking.ts';

const MICRO = 1_000_000;
const MAX_NAMES = 10;

/** What is told of an analysis beside what it says. */
export interface Told {
  readonly source: AnalysisSource;
  readonly promptVersion: string;
  readonly latencyMs: number;
}

/** The analysis of an event as a model judged it, or the local one where there is no answer. */
export function merged(
  local: Analysis,
  { type, data }: EventToAnalyse,
  asked: Asked,
  { source, promptVersion, latencyMs }: Told,
): Analysis {
  const common = {
    ...local,
    source,
    prompt_version: promptVersion,
    latency_ms: Math.round(latencyMs),
    cost_usd: asked.microUsd / MICRO,
  };
  if ('reason' in asked) return { ...common, fallback_reason: asked.reason };
  const { intent, sentiment, sentiment_score, urgency, complexity, categories, ...insights } = asked.answer;
  const priority = priorityOf(type, data, { urgency, sentiment, intent: intent ?? undefined });
  return {
    ...common,
    model: asked.model,
    insights: {
      ...insights,
      ...(intent ? { intent } : {}),
      competitive_mentions: joined(local.insights.competitive_mentions, insights.competitive_mentions),
      product_interests: joined(local.insights.product_interests, insights.product_interests),
    },
    classification: { categories, sentiment, sentiment_score, urgency, priority, complexity },
  };
}

/** The names that were found by rule, spelled as configured, and then what the model names beside them. */
function joined(local: readonly string[], model: readonly string[]): string[] {
  const names = new Map<string, string>();
  for (const name of [...local, ...model]) {
    const key = name.toLowerCase();
    if (!names.has(key)) names.set(key, name);
  }
  return [...names.values()].slice(0, MAX_NAMES);
}
