// The HTTP client behind every sink: its addresses are the tenants' choice, so it goes to public ones alone, and reads no
// more of an answer than a sink can need.
import { type AllowList, HttpClient, type HttpClientOptions, parseAllowList } from '@switchboard/egress';
import { MAX_UNRECORDED } from './queue/integration-queues.ts';

/** What is read of an answer. */
export const MAX_RESPONSE_BYTES = 64 * 1024;

/** A client that may call public addresses over HTTPS, and what is on the list. */
export function outgoingHttp(
  allow: AllowList,
  more: Pick<HttpClientOptions, 'observe' | 'timeoutMs'> = {},
): HttpClient {
  return new HttpClient({
    ...more,
    guard: { allow },
    maxResponseBytes: MAX_RESPONSE_BYTES,
    // Integrations of many tenants lead to one host: how many calls each may have is for its limits to say.
    connectionsPerOrigin: MAX_UNRECORDED,
  });
}

/** This machine: for stand-ins of the other side. */
export const loopback = parseAllowList('127.0.0.0/8, ::1');
