// Assembles the model step from the service's settings.
import type { Analyser } from '@switchboard/analysis';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { Database } from '@switchboard/postgres';
import type { Config, Metrics } from '@switchboard/service';
import type { ModelUse } from '../enrich.ts';
import type { enricherSettings } from '../settings.ts';
import { Answers } from './answers.ts';
import { Asking } from './asking.ts';
import { Budget, type Limits } from './budget.ts';
import { ModelClient } from './model-client.ts';
import { ModelMetrics } from './model-metrics.ts';
import { ModelStep } from './model-step.ts';
import { type ModelState, modelState, parameterRefused, watchOver } from './model-watch.ts';

/** Longer than a topic keeps an event that might be read again. */
const KEEP_DAYS = 8;
const PURGE_EVERY_MS = 60 * 60_000;
const MICRO = 1_000_000;
/** Of the 400 events that the service works on at a time. */
const MOST_EVENTS = 300;

export interface ModelPartsOptions {
  readonly analyser: Analyser;
  readonly config: Config<typeof enricherSettings>;
  readonly database: Database;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The model as the enricher uses it, and the end of what runs beside it. */
export interface ModelParts {
  readonly use: ModelUse;
  /** A key, or what belongs to it, was set anew. */
  mended(apiKey: string): void;
  /** With the platform's key. */
  state(): ModelState;
  stop(): Promise<void>;
}

/** Builds the model step; nothing is connected yet. */
export function modelParts({
  analyser,
  config,
  database,
  http,
  logger,
  metrics,
}: ModelPartsOptions): ModelParts {
  const apiKey = config.OPENAI_API_KEY;
  const parameters = new ChatParameters({
    baseUrl: config.OPENAI_BASE_URL,
    omit: config.MODEL_OMIT,
    onRefused: parameterRefused(logger),
  });
  // A call has no more time than its event.
  const timeoutMs = Math.min(config.MODEL_TIMEOUT_MS, config.MODEL_DEADLINE_MS);
  const answers = new Answers(database, { keepDays: KEEP_DAYS });
  const budget = new Budget(database);
  const counted = new ModelMetrics(metrics, () => asking.held(performance.now()));
  const asking = new Asking(
    {
      budget,
      metrics: counted,
      price: { input: config.MODEL_INPUT_USD_PER_MILLION, output: config.MODEL_OUTPUT_USD_PER_MILLION },
      concurrency: config.MODEL_CONCURRENCY,
      events: MOST_EVENTS,
      timeoutMs,
      answerTokens: config.MODEL_ANSWER_TOKENS,
      watch: watchOver(logger, apiKey),
    },
    (key) =>
      new ModelClient({
        http,
        parameters,
        apiKey: key,
        baseUrl: config.OPENAI_BASE_URL,
        model: config.OPENAI_MODEL,
        timeoutMs,
        answerTokens: config.MODEL_ANSWER_TOKENS,
      }),
  );
  const step = new ModelStep({
    analyser,
    answers,
    asking,
    metrics: counted,
    model: config.OPENAI_MODEL,
    promptVersion: config.MODEL_PROMPT_VERSION,
    promptTokens: config.MODEL_PROMPT_TOKENS,
    deadlineMs: config.MODEL_DEADLINE_MS,
    limits: limitsOf(config),
    phoneCountry: config.PHONE_COUNTRY,
  });
  const upkeep = startUpkeep({ answers, budget, logger });
  return {
    use: { step, types: new Set(config.MODEL_EVENT_TYPES), apiKey },
    mended: (key) => asking.mended(key),
    state: () => modelState(apiKey, apiKey === undefined ? undefined : asking.holdOf(apiKey)),
    stop: upkeep,
  };
}

function limitsOf(config: ModelPartsOptions['config']): Limits {
  const micro = (usd: number | undefined) => (usd === undefined ? undefined : Math.floor(usd * MICRO));
  const all = {
    tokensPerDay: config.MODEL_TOKENS_PER_DAY,
    tokensPerMonth: config.MODEL_TOKENS_PER_MONTH,
    microUsdPerDay: micro(config.MODEL_USD_PER_DAY),
    microUsdPerMonth: micro(config.MODEL_USD_PER_MONTH),
  };
  return Object.fromEntries(Object.entries(all).filter(([, limit]) => limit !== undefined));
}

/** Removes what has grown old, now and every hour; trouble is told and tried again the next time. */
function startUpkeep(parts: { answers: Answers; budget: Budget; logger: Logger }): () => Promise<void> {
  const stopping = new AbortController();
  const turn = async () => {
    try {
      await parts.answers.purge(stopping.signal);
      await parts.budget.purge(new Date(), stopping.signal);
    } catch (error) {
      parts.logger.warn(
        { error_message: String(error) },
        'Deleting old answers of the model failed; retrying.',
      );
    }
  };
  let underWay = turn();
  const timer = setInterval(() => (underWay = turn()), PURGE_EVERY_MS);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await underWay;
  };
}
