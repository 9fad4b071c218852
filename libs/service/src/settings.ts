// The settings of every service, so that a variable means the same everywhere.
import { databaseUrlProblem, encryptionKeys } from '@switchboard/postgres';
import { z } from 'zod';

/** A whole number from the environment, within bounds. */
export function wholeNumber(min: number, max: number, byDefault: number, description: string) {
  const fault = `must be a whole number from ${min} to ${max}`;
  return z.coerce
    .number(fault)
    .int(fault)
    .min(min, fault)
    .max(max, fault)
    .default(byDefault)
    .meta({ description });
}

/** The base URL of an API, without a slash at its end. */
export function httpBase(byDefault: string, description: string) {
  return z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .default(byDefault)
    .meta({ description });
}

/** A comma separated list from the environment. */
export function list(description: string) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .meta({ description });
}

export const baseSettings = {
  HOST: z.string().default('127.0.0.1').meta({ description: 'Address to listen on' }),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ description: 'Lowest level of log lines that are written' }),
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string().regex(/^[^:\s]+:\d+$/, 'must be host:port, comma separated')).min(1))
    .meta({ description: 'Kafka brokers, host:port, comma separated', alias: 'KAFKA_BROKER' }),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/, 'may contain letters, digits, dot, underscore and hyphen')
    .default('')
    .meta({ description: 'Prefix of all topics and consumer groups, to share a cluster' }),
  DATABASE_URL: z
    .string()
    .superRefine((url, context) => {
      const message = databaseUrlProblem(url);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ description: 'Postgres, as a URL', secret: true }),
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'must be a plain lower-case name')
    .default('switchboard')
    .meta({ description: 'Schema of all tables' }),
} as const;

/** The port a service listens on. */
export function port(byDefault: number) {
  return wholeNumber(0, 65_535, byDefault, 'Port to listen on; 0 picks a free one');
}

/** Keys that seal and open stored secrets. */
export const encryptionKey = z
  .string()
  .transform((text, context) => {
    try {
      return encryptionKeys(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  })
  .meta({
    description:
      'Encrypts stored secrets: 32 bytes as hex or base64; several comma separated: the first one encrypts, all decrypt',
    secret: true,
  });
