// Signatures over the bytes of the body: plain HMAC, and Standard Webhooks 1.0.
import { createHmac } from 'node:crypto';
import { MIN_SECRET_BYTES } from '@switchboard/contracts';
import { type Auth, AuthError } from './auth.ts';
import { headerName, withHeader } from './credentials.ts';

const WHAT = 'signing the body';
const PREFIX = /^whsec_/;

/** How HMAC-SHA256 is written in the header: `sha256=` and hex digits, hex digits alone, or base64. */
export type HmacDialect = 'sha256=hex' | 'hex' | 'base64';

/** Options of `hmac`. */
export interface HmacOptions<Config> {
  readonly header: string;
  /** The key is its UTF-8 bytes, at least 24. */
  readonly secret: (config: Config) => string;
  readonly dialect: HmacDialect;
}

/** HMAC-SHA256 over the body, in a header. Throws RangeError for an invalid header name. */
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

/** Options of `standardWebhooks`. */
export interface StandardWebhooksOptions<Config> {
  /** Base64, with or without `whsec_`. During a rotation the new and the old secret. */
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
  // Node skips invalid characters, and the receiver would use other bytes as its key.
  if (key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new AuthError('UNUSABLE', `${WHAT}: the secret is not base64; set it again`);
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
