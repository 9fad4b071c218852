// The HTTP client behind every sink. Tenants choose its addresses, so it calls public ones only, and reads no more of an
// answer than a sink can need.
import { type AllowList, HttpClient, type HttpClientOptions, parseAllowList } from '@switchboard/egress';
import { MAX_UNRECORDED } from './queue/integration-queues.ts';

/** The maximum size of an answer. */
export const MAX_RESPONSE_BYTES = 64 * 1024;

/** A client that may call public addresses over HTTPS, and addresses on the list. */
export function outgoingHttp(
  allow: AllowList,
  more: Pick<HttpClientOptions, 'observe' | 'timeoutMs'> = {},
): HttpClient {
  return new HttpClient({
    ...more,
    guard: { allow },
    maxResponseBytes: MAX_RESPONSE_BYTES,
    // Many tenants' integrations call the same host. Each has its own limit on calls.
    connectionsPerOrigin: MAX_UNRECORDED,
  });
}

/** This machine, for stand-ins. */
export const loopback = parseAllowList('127.0.0.0/8, ::1');
