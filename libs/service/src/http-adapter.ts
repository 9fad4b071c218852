// The HTTP server of a service: limits of size and time of requests, and which proxies are trusted.
import { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * Time limits for the headers and for a whole request, against senders that send byte by byte. Node checks them only at the
 * interval below, by default twice a minute.
 */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;

/** What an app can set for its HTTP server. */
export interface HttpLimits {
  /** Largest request body in bytes; default 64 KiB. */
  readonly bodyLimit?: number;
  /**
   * Whether to trust X-Forwarded-For of the proxy at this address, which is so many hops before us (0: the peer). By default
   * no proxy is trusted.
   */
  readonly trustProxy?: (address: string, hop: number) => boolean;
}

/** Creates the server; it does not listen yet. */
export function httpAdapter({ bodyLimit = 64 * 1024, trustProxy }: HttpLimits): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit,
    ...(trustProxy === undefined ? {} : { trustProxy }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
  });
}
