// The settings of the enricher beyond those every service has.
import { encryptionKey, httpBase, list, port, wholeNumber } from '@switchboard/service';
import { z } from 'zod';
import { modelSettings } from './model/settings.ts';

export const enricherSettings = {
  PORT: port(3002),
  HELPNINJA_API_URL: httpBase(
    'https://helpninja.app/v1',
    "Base of the platform's REST API, version included",
  ),
  HELPNINJA_API_KEY: z
    .string()
    .optional()
    .meta({ description: "Key of the platform's REST API; unset: no conversation is fetched", secret: true }),
  HELPNINJA_API_TIMEOUT_MS: wholeNumber(100, 15_000, 3_000, 'Longest call of that API, in ms'),
  HELPNINJA_API_PATIENCE_MS: wholeNumber(
    0,
    15_000,
    3_000,
    'Longest wait of one event for its turn at that API or its rate limit, in ms; then it goes on without',
  ),
  HELPNINJA_API_CONCURRENCY: wholeNumber(1, 256, 16, 'Calls of that API at a time'),
  COMPETITORS: list('Names whose mention by a customer is noted, comma separated')
    .default([])
    .meta({ description: 'Names whose mention by a customer is noted, comma separated' }),
  PHONE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters')
    .default('US')
    .meta({ description: 'Country of phone numbers written without a country code' }),
  ENCRYPTION_KEY: encryptionKey.optional(),
  ...modelSettings,
} as const;
