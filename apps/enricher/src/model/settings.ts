// The settings of the model step.
import { conversationEnded, conversationEscalated, events, leadQualified } from '@switchboard/contracts';
import { list, modelServerSettings, wholeNumber } from '@switchboard/service';
import { z } from 'zod';
import { PROMPT_VERSIONS } from './prompt.ts';

const TYPES = 'Event types for which the model is called, comma separated';
const known: ReadonlySet<string> = new Set(events.map(({ type }) => type));

function usd(byDefault: number, description: string) {
  return z.coerce.number().min(0).max(1_000_000).default(byDefault).meta({ description });
}

const tokens = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Amounts up to this limit are exact in millionths. */
const dollars = z.coerce.number().min(0).max(1e9);

function perTenant(what: string, amount: z.ZodCoercedNumber) {
  return amount.optional().meta({
    description: `${what} that the model may use for one tenant; a tenant's own limit overrides this; unset: no limit`,
  });
}

export const modelSettings = {
  ...modelServerSettings,
  MODEL_PROMPT_VERSION: z
    .enum(PROMPT_VERSIONS)
    .default(PROMPT_VERSIONS[0])
    .meta({ description: 'Version of the prompt; answers are stored under it' }),
  MODEL_EVENT_TYPES: list(TYPES)
    .pipe(z.array(z.string().refine((type) => known.has(type), 'is not a known event type')))
    .default([conversationEnded.type, conversationEscalated.type, leadQualified.type])
    .meta({ description: TYPES }),
  MODEL_CONCURRENCY: wholeNumber(1, 400, 64, 'Concurrent calls of the model with one key'),
  MODEL_DEADLINE_MS: wholeNumber(
    100,
    120_000,
    20_000,
    'Time after the acceptance of an event until it gets the local analysis instead, in ms',
  ),
  MODEL_PROMPT_TOKENS: wholeNumber(
    100,
    100_000,
    3_000,
    'Limit of tokens of a conversation in a prompt; the newest messages are used',
  ),
  MODEL_INPUT_USD_PER_MILLION: usd(0.15, 'Price of a million tokens sent, in US dollars'),
  MODEL_OUTPUT_USD_PER_MILLION: usd(0.6, 'Price of a million tokens received, in US dollars'),
  MODEL_TOKENS_PER_DAY: perTenant('Tokens a day (UTC)', tokens),
  MODEL_TOKENS_PER_MONTH: perTenant('Tokens a month (UTC)', tokens),
  MODEL_USD_PER_DAY: perTenant('US dollars a day (UTC)', dollars),
  MODEL_USD_PER_MONTH: perTenant('US dollars a month (UTC)', dollars),
} as const;
