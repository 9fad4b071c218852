// HubSpot's error bodies. All have the same shape; status and category differ.
import { randomUUID } from 'node:crypto';

export type Category =
  | 'INVALID_AUTHENTICATION'
  | 'VALIDATION_ERROR'
  | 'CONFLICT'
  | 'OBJECT_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'UNSUPPORTED_MEDIA_TYPE';

/** A refusal as HubSpot writes it. `extra` adds `errors`, `context` or `subCategory`. */
export class HubSpotRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: Category,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }

  body(): Record<string, unknown> {
    return {
      status: 'error',
      message: this.message,
      correlationId: randomUUID(),
      category: this.code,
      ...this.extra,
    };
  }
}

/** A 400 for a well-formed body with invalid content. */
export function invalid(message: string, extra: Record<string, unknown> = {}): HubSpotRefusal {
  return new HubSpotRefusal(400, 'VALIDATION_ERROR', message, extra);
}

/** The error body that HubSpot sends with a status, for faults that are set. */
export function hubSpotFault(status: number): unknown {
  if (status === 429)
    return {
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
      correlationId: randomUUID(),
    };
  const category: Record<number, [string, string]> = {
    401: ['EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call has expired.'],
    403: ['MISSING_SCOPES', 'This app does not have the scopes that this call requires.'],
    404: ['OBJECT_NOT_FOUND', 'resource not found'],
    409: ['CONFLICT', 'Contact already exists. Existing ID: 1'],
  };
  const [name, message] =
    category[status] ?? (status < 500 ? ['VALIDATION_ERROR', 'Invalid input'] : ['', 'internal error']);
  return { status: 'error', message, correlationId: randomUUID(), ...(name ? { category: name } : {}) };
}
