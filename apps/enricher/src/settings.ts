// The settings of the enricher, in addition to those of every service.
import { encryptionKey, httpBase, list, port, wholeNumber } from '@switchboard/service';
import { z } from 'zod';
import { modelSettings } from './model/settings.ts';

export const enricherSettings = {
  PORT: port(3002),
  HELPNINJA_API_URL: httpBase(
    'https://helpninja.app/v1',
    "Base URL of the platform's REST API, including the version",
  ),
  HELPNINJA_API_KEY: z.string().optional().meta({
    description: "Key of the platform's REST API; unset: no conversations are fetched",
    secret: true,
  }),
  HELPNINJA_API_TIMEOUT_MS: wholeNumber(100, 15_000, 3_000, 'Time limit of a call to that API, in ms'),
  HELPNINJA_API_PATIENCE_MS: wholeNumber(
    0,
    15_000,
    3_000,
    'How long an event waits for a free call or the end of a rate limit of that API, in ms; then it goes on without',
  ),
  HELPNINJA_API_CONCURRENCY: wholeNumber(1, 256, 16, 'Concurrent calls of that API'),
  COMPETITORS: list('Names of competitors to find in the events of all tenants, comma separated')
    .default([])
    .meta({ description: 'Names of competitors to find in the events of all tenants, comma separated' }),
  PHONE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters')
    .default('US')
    .meta({ description: 'Country of phone numbers written without a country code' }),
  ENCRYPTION_KEY: encryptionKey.optional(),
  ...modelSettings,
} as const;
