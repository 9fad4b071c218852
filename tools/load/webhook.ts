// A webhook of the platform as it is sent, and the id that ingest gives its event.
import { createHash } from 'node:crypto';
import { signatureOf } from './signature.mjs';

/** What is posted. */
export interface Webhook {
  /** `ce_id` that its event gets, or would have got. */
  readonly id: string;
  readonly body: string;
  readonly signature: string;
}

/** Signs a body; the owner of the secret is the tenant, unless the body names another. */
export function webhook(body: string, { tenant, secret }: { tenant: string; secret: string }): Webhook {
  const parts = ['/webhooks/helpninja', tenant, body];
  const id = createHash('sha256').update(parts.join('\0')).digest('hex');
  return { id, body, signature: signatureOf(body, secret) };
}
