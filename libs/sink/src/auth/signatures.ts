// Calls signed over the bytes of their body: plain HMAC as many receivers check it, and Standard Webhooks 1.0.
import { createHmac } from 'node:crypto';
import { MIN_SECRET_BYTES } from '@switchboard/contracts';
import type { Auth } from './auth.ts';
import { AuthError } from './auth-error.ts';
import { headerName, withHeader } from './header.ts';

const WHAT = 'signing the body';
const PREFIX = /^whsec_/;

/** How HMAC-SHA256 is written in the header: `sha256=` and hex digits, hex digits alone, or base64. */
export type HmacDialect = 'sha256=hex' | 'hex' | 'base64';

export interface HmacOptions<Config> {
  readonly header: string;
  /** Text; its UTF-8 bytes are the key. At least 24 of them. */
  readonly secret: (config: Config) => string;
  readonly dialect: HmacDialect;
}

/** HMAC-SHA256 over the body in a header. Throws a RangeError for a header that cannot exist. */
export function hmac<Config>({ header, secret, dialect }: HmacOptions<Config>): Auth<Config> {
  const name = headerName(header);
  return {
    async authorize(request, { config }) {
      const key = longEnough(Buffer.from(secret(config)));
      const digest = createHmac('sha256', key).update(request.body);
      const text = dialect === 'base64' ? digest.digest('base64') : digest.digest('hex');
      const value = dialect === 'sha256=hex' ? `sha256=${text}` : text;
      return withHeader(request, name, value, WHAT);
    },
    secrets: ({ config }) => [secret(config)],
  };
}

export interface StandardWebhooksOptions<Config> {
  /** `whsec_` and base64, or base64 alone; while a secret is rotated both the new and the old one. */
  readonly secrets: (config: Config) => readonly string[];
}

/**
 * Standard Webhooks: `webhook-id` (the delivery's idempotency key, the same for every attempt), `webhook-timestamp`
 * (seconds, of this attempt) and `webhook-signature`, one `v1,` signature per secret, separated by spaces.
 */
export function standardWebhooks<Config>({ secrets }: StandardWebhooksOptions<Config>): Auth<Config> {
  return {
    async authorize(request, { config, idempotencyKey: id, now }) {
      const at = Math.floor(now() / 1000);
      const keys = secrets(config).map(signingKey);
      if (keys.length === 0) throw new AuthError('UNUSABLE', `${WHAT}: there is no secret; set one`);
      const signatures = keys.map((key) => standardSignature(key, id, at, request.body)).join(' ');
      const identified = withHeader(request, 'webhook-id', id, WHAT);
      const stamped = withHeader(identified, 'webhook-timestamp', String(at), WHAT);
      return withHeader(stamped, 'webhook-signature', signatures, WHAT);
    },
    secrets: ({ config }) => secrets(config).map((secret) => secret.replace(PREFIX, '')),
  };
}

/** `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; the timestamp in seconds. */
export function standardSignature(key: Uint8Array, id: string, timestamp: number, body: Uint8Array): string {
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return `v1,${digest}`;
}

function signingKey(secret: string): Buffer {
  const text = secret.replace(PREFIX, '');
  const key = Buffer.from(text, 'base64');
  // Node skips what is no base64, and the receiver would sign with other bytes.
  if (key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new AuthError('UNUSABLE', `${WHAT}: the secret is no base64; set it again`);
  }
  return longEnough(key);
}

function longEnough(key: Buffer): Buffer {
  if (key.length >= MIN_SECRET_BYTES) return key;
  throw new AuthError(
    'UNUSABLE',
    `${WHAT}: the secret has fewer than ${MIN_SECRET_BYTES} bytes and can be guessed; set a longer one`,
  );
}
