// Creates the model step from the service's settings.
import type { Analyser } from '@switchboard/analysis';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { Database } from '@switchboard/postgres';
import type { Config, Metrics } from '@switchboard/service';
import type { ModelUse } from '../enrich.ts';
import type { enricherSettings } from '../settings.ts';
import { AnswerStore } from './answer-store.ts';
import { Budget, type Limits } from './budget.ts';
import { ModelClient } from './model-client.ts';
import { ModelGateway } from './model-gateway.ts';
import { logHoldChanges, logRefusedParameters, type ModelState, modelState } from './model-health.ts';
import { ModelMetrics } from './model-metrics.ts';
import { ModelStep } from './model-step.ts';

/** Longer than the topics keep an event, so that every redelivered event finds its answer. */
const KEEP_DAYS = 8;
const PURGE_EVERY_MS = 60 * 60_000;
const MICRO = 1_000_000;
/**
 * The service works on 400 events at a time. The other 100 are for events that need no model and for those that call the
 * platform's API or wait for it (at most 160, see platform-calls.ts).
 */
const MAX_REQUESTS = 300;
/** One key with the default concurrency has at most 256 requests. */
const RESERVED_REQUESTS = 40;

export interface CreateModelOptions {
  readonly analyser: Analyser;
  readonly config: Config<typeof enricherSettings>;
  readonly database: Database;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The model as the enricher uses it. */
export interface Model {
  readonly use: ModelUse;
  /** A key, or the settings of its tenant, were changed. */
  keyChanged(apiKey: string): void;
  /** The state with the platform's key. */
  state(): ModelState;
  /** Ends the deletion of old rows that runs in the background. */
  stop(): Promise<void>;
}

/** Creates the model step. Starts the hourly deletion of old rows. */
export function createModel({
  analyser,
  config,
  database,
  http,
  logger,
  metrics,
}: CreateModelOptions): Model {
  const apiKey = config.OPENAI_API_KEY;
  const parameters = new ChatParameters({
    baseUrl: config.OPENAI_BASE_URL,
    omit: config.MODEL_OMIT,
    onRefused: logRefusedParameters(logger),
  });
  // A call must not take longer than its event has.
  const timeoutMs = Math.min(config.MODEL_TIMEOUT_MS, config.MODEL_DEADLINE_MS);
  const answers = new AnswerStore(database, { keepDays: KEEP_DAYS });
  const budget = new Budget(database);
  const modelMetrics = new ModelMetrics(metrics, () => gateway.heldKeys(performance.now()));
  const gateway = new ModelGateway(
    {
      budget,
      metrics: modelMetrics,
      price: { input: config.MODEL_INPUT_USD_PER_MILLION, output: config.MODEL_OUTPUT_USD_PER_MILLION },
      concurrency: config.MODEL_CONCURRENCY,
      // Who sets a higher concurrency for one key wants it to be used.
      maxRequests: Math.max(MAX_REQUESTS, config.MODEL_CONCURRENCY + RESERVED_REQUESTS),
      reservedRequests: RESERVED_REQUESTS,
      timeoutMs,
      answerTokens: config.MODEL_ANSWER_TOKENS,
      onHoldChange: logHoldChanges(logger, apiKey),
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
    gateway,
    metrics: modelMetrics,
    model: config.OPENAI_MODEL,
    promptVersion: config.MODEL_PROMPT_VERSION,
    promptTokens: config.MODEL_PROMPT_TOKENS,
    deadlineMs: config.MODEL_DEADLINE_MS,
    limits: limitsOf(config),
    phoneCountry: config.PHONE_COUNTRY,
  });
  const stop = startDeletingOldRows({ answers, budget, logger });
  return {
    use: { step, types: new Set(config.MODEL_EVENT_TYPES), apiKey },
    keyChanged: (key) => gateway.keyChanged(key),
    state: () => modelState(apiKey, apiKey === undefined ? undefined : gateway.holdReason(apiKey)),
    stop,
  };
}

function limitsOf(config: CreateModelOptions['config']): Limits {
  const micro = (usd: number | undefined) => (usd === undefined ? undefined : Math.floor(usd * MICRO));
  const all = {
    tokensPerDay: config.MODEL_TOKENS_PER_DAY,
    tokensPerMonth: config.MODEL_TOKENS_PER_MONTH,
    microUsdPerDay: micro(config.MODEL_USD_PER_DAY),
    microUsdPerMonth: micro(config.MODEL_USD_PER_MONTH),
  };
  return Object.fromEntries(Object.entries(all).filter(([, limit]) => limit !== undefined));
}

/** Deletes old answers and spending, now and every hour. After an error it tries again an hour later. */
function startDeletingOldRows({
  answers,
  budget,
  logger,
}: {
  answers: AnswerStore;
  budget: Budget;
  logger: Logger;
}): () => Promise<void> {
  const stopping = new AbortController();
  const purge = async () => {
    try {
      await answers.purge(stopping.signal);
      await budget.purge(new Date(), stopping.signal);
    } catch (error) {
      logger.warn({ error_message: String(error) }, 'Deleting old answers of the model failed; retrying.');
    }
  };
  let running = purge();
  const timer = setInterval(() => (running = purge()), PURGE_EVERY_MS);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
