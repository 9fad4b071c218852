// The outcome of an HTTP answer by its status: one table for all sinks, which a vendor's own table overrides.
import { type HttpReply, retryAfter } from '@switchboard/egress';
import { broken, type DeliveryOutcome, delivered, rejected, retry, skipped } from './outcome.ts';

/** The outcome of a status. */
export type StatusOutcome = DeliveryOutcome['kind'];

/** Overrides for single statuses or classes of them. A status has precedence over its class. */
export type StatusTable = Readonly<Partial<Record<number | '2xx' | '3xx' | '4xx' | '5xx', StatusOutcome>>>;

const DEFAULT: StatusTable = {
  '2xx': 'delivered',
  // Redirects are never followed.
  '3xx': 'rejected',
  '4xx': 'rejected',
  // About the credentials, the account and the proxy on the way, not about the event.
  401: 'broken',
  402: 'broken',
  403: 'broken',
  407: 'broken',
  408: 'retry',
  // The server does not answer for this host on this connection.
  421: 'retry',
  425: 'retry',
  429: 'retry',
  '5xx': 'retry',
};

/** Pause after a 429 without Retry-After: vendors usually count in windows of ten seconds. */
const DEFAULT_PAUSE_SECONDS = 10;

/**
 * The outcome of an answer, by the sink's own table, else by the default one: 2xx delivered; 408, 421, 425, 429 and 5xx
 * retry, after `Retry-After` if there is one; 401, 402, 403 and 407 broken; everything else rejected.
 */
export function byStatus(reply: HttpReply, own: StatusTable = {}): DeliveryOutcome {
  const { status } = reply;
  return { ...outcomeOf(kindOf(status, own), reply), status };
}

function kindOf(status: number, own: StatusTable): StatusOutcome {
  const group = `${Math.floor(status / 100)}xx` as '2xx';
  return own[status] ?? own[group] ?? DEFAULT[status] ?? DEFAULT[group] ?? 'rejected';
}

function outcomeOf(kind: StatusOutcome, reply: HttpReply): DeliveryOutcome {
  const reason = `the other side answered ${reply.status}`;
  switch (kind) {
    case 'delivered':
      return delivered();
    case 'skipped':
      return skipped(reason);
    case 'rejected':
      return rejected(reason);
    case 'broken':
      return broken(reason);
    case 'retry': {
      const after = retryAfter(reply) ?? (reply.status === 429 ? DEFAULT_PAUSE_SECONDS : undefined);
      return retry(reason, after === undefined ? {} : { after });
    }
  }
}
