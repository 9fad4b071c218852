// The HTTP server of a service: how large and how slow a request may be, and whose word counts for where it comes from.
import { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * Longest times for the headers and for a whole request to arrive: a sender that drips bytes is cut off. Node looks at them
 * only as often as the last says, by default twice a minute.
 */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const TIMEOUTS_CHECKED_EVERY_MS = 1_000;

/** What an app may set of its HTTP server. */
export interface HttpLimits {
  /** Largest request body in bytes; default 64 KiB. */
  readonly bodyLimit?: number;
  /**
   * Whether the proxy at this address, so many hops before us (0: the peer), may say in X-Forwarded-For who called it;
   * none: nobody may.
   */
  readonly trustProxy?: (address: string, hop: number) => boolean;
}

/** The server, not listening yet. */
export function httpAdapter({ bodyLimit = 64 * 1024, trustProxy }: HttpLimits): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit,
    ...(trustProxy === undefined ? {} : { trustProxy }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
    },
  });
}
