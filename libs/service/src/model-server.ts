// The settings of a model's server, the same for whoever asks it.
import { OMITTABLE } from '@switchboard/egress/chat';
import { z } from 'zod';
import { httpBase, list, wholeNumber } from './settings.ts';

const OMIT_TEXT = `Parameters that the model's server is never sent, comma separated, of ${OMITTABLE.join(', ')}; what it refuses is left out by itself`;

export const modelServerSettings = {
  OPENAI_API_KEY: z.string().min(1).optional().meta({
    description: "Key of the model's server; unset: only tenants with a key of their own have the model",
    secret: true,
  }),
  OPENAI_BASE_URL: httpBase('https://api.openai.com/v1', "Base of a server that speaks OpenAI's API"),
  OPENAI_MODEL: z
    .string()
    .min(1)
    .default('gpt-4o-mini')
    .meta({ description: 'Model, as its server names it' }),
  MODEL_OMIT: list(OMIT_TEXT)
    .pipe(z.array(z.enum(OMITTABLE)))
    .default([])
    .meta({ description: OMIT_TEXT }),
  MODEL_TIMEOUT_MS: wholeNumber(100, 60_000, 10_000, 'Longest call of the model, in ms'),
  MODEL_ANSWER_TOKENS: wholeNumber(
    100,
    16_000,
    800,
    "Tokens of the model's answer at most; a model that reasons needs several thousand",
  ),
} as const;
