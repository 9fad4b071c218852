// The settings of ingest beyond those every service has.
import { MIN_SECRET_BYTES } from '@switchboard/contracts';
import { encryptionKey, list, port, wholeNumber } from '@switchboard/service';
import { z } from 'zod';
import { trustProxy } from './source-address.ts';

export const ingestSettings = {
  PORT: port(3001),
  ENCRYPTION_KEY: encryptionKey,
  WEBHOOK_SECRET: list(
    'Platform-wide signing secrets, comma separated for rotation; an event signed with one may name any tenant',
  )
    .default([])
    .refine(
      (secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES),
      `each secret needs ${MIN_SECRET_BYTES} bytes or more`,
    )
    .meta({
      description:
        'Platform-wide signing secrets, comma separated for rotation; an event signed with one may name any tenant',
      secret: true,
    }),
  DEFAULT_TENANT: z.string().optional().meta({
    description: 'Tenant of events with a platform-wide signature that name none; unset: they are refused',
  }),
  FAILED_SIGNATURES_PER_MINUTE: wholeNumber(
    1,
    1_000_000,
    600,
    'Failed signatures per source address and minute before 429; events with a valid signature are never refused for it',
  ),
  TRUST_PROXY: trustProxy,
  MAX_INFLIGHT_MIB: wholeNumber(1, 4096, 64, 'MiB of request bodies in memory at once before 503'),
  KAFKA_DEADLINE_MS: wholeNumber(
    100,
    60_000,
    2_000,
    'How long to wait for Kafka before an event goes to the Postgres spool, in ms',
  ),
} as const;
