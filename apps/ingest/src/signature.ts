// Checks `X-Helpninja-Signature: sha256=<hex HMAC-SHA256 of the raw body>` against every active secret, in a time that
// tells nothing about which secrets exist.
import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-fA-F]{64})$/;

/** A secret and whose it is; `tenantId` undefined for a platform-wide one. */
export interface SigningSecret {
  readonly tenantId: string | undefined;
  readonly secret: Buffer;
}

/** The secret that signed these bytes, undefined when none did or the header is malformed. Every secret is tried. */
export function signerOf(
  body: Buffer,
  header: string | undefined,
  secrets: readonly SigningSecret[],
): SigningSecret | undefined {
  const hex = FORM.exec(header ?? '')?.[1];
  if (hex === undefined) return undefined;
  const given = Buffer.from(hex, 'hex');
  let signer: SigningSecret | undefined;
  for (const candidate of secrets) {
    const expected = createHmac('sha256', candidate.secret).update(body).digest();
    if (timingSafeEqual(expected, given)) signer ??= candidate;
  }
  return signer;
}

/** The header's value for a body; what a sender computes. */
export function sign(body: Buffer | string, secret: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
