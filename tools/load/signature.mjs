// Computes the signature of the platform's webhooks.
import { createHmac } from 'node:crypto';

/** The value of the header `x-helpninja-signature`. @param {string} body @param {string} secret */
export function signatureOf(body, secret) {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
