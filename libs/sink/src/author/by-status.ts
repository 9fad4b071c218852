// What an HTTP answer means where a vendor does not say otherwise: one table for all sinks.
import { type HttpReply, retryAfter } from '@switchboard/egress';
import { broken, type DeliveryOutcome, delivered, rejected, retry } from './outcome.ts';

/** Answers below 500 that a later try may change. */
const TRANSIENT = new Set([408, 425]);
const CREDENTIALS = new Set([401, 403]);

/** A 429 that names no time: long enough for the usual ten-second windows. */
const DEFAULT_PAUSE_SECONDS = 10;

/**
 * The default table: 2xx delivered; 408, 425 and 5xx retry; 429 retry when the other side says so; 401 and 403 broken;
 * everything else (3xx included: a redirect of a write is never followed) rejected.
 */
export function byStatus(reply: HttpReply): DeliveryOutcome {
  const { status } = reply;
  return { ...outcomeOf(reply), status };
}

function outcomeOf(reply: HttpReply): DeliveryOutcome {
  const { status } = reply;
  const reason = `the other side answered ${status}`;
  const after = retryAfter(reply);
  if (status >= 200 && status < 300) return delivered();
  if (status === 429) return retry(reason, { after: after ?? DEFAULT_PAUSE_SECONDS });
  if (status >= 500 || TRANSIENT.has(status)) return retry(reason, after === undefined ? {} : { after });
  return CREDENTIALS.has(status) ? broken(reason) : rejected(reason);
}
