// The settings of the model's server, for all processes that ask it.
import { OMITTABLE } from '@switchboard/egress/chat';
import { z } from 'zod';
import { httpBase, list, wholeNumber } from './settings.ts';

const OMIT_TEXT = `Parameters that are never sent to the model's server, comma separated: ${OMITTABLE.join(', ')}; a parameter that it refuses is left out automatically`;

export const modelServerSettings = {
  OPENAI_API_KEY: z.string().min(1).optional().meta({
    description: "Key of the model's server; unset: only tenants with their own key use the model",
    secret: true,
  }),
  OPENAI_BASE_URL: httpBase('https://api.openai.com/v1', "Base URL of a server with OpenAI's API"),
  OPENAI_MODEL: z
    .string()
    .min(1)
    .default('gpt-4o-mini')
    .meta({ description: "The server's name of the model" }),
  MODEL_OMIT: list(OMIT_TEXT)
    .pipe(z.array(z.enum(OMITTABLE)))
    .default([])
    .meta({ description: OMIT_TEXT }),
  MODEL_TIMEOUT_MS: wholeNumber(100, 60_000, 10_000, 'Time limit of a call to the model, in ms'),
  MODEL_ANSWER_TOKENS: wholeNumber(
    100,
    16_000,
    800,
    "Limit of tokens in the model's answer; a reasoning model needs several thousand",
  ),
} as const;
