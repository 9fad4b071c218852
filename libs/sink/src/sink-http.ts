// The HTTP that a sink is given for one delivery: it adds credentials and idempotency keys by itself.
import type { HttpReply, HttpRequest } from '@switchboard/egress';

/** One call of a sink. `endpoint` is a bounded name for metrics, without ids; the sink's name goes before it. */
export type SinkCall = Omit<HttpRequest, 'method' | 'url' | 'endpoint' | 'signal'> & {
  readonly endpoint?: string;
};

/**
 * Calls answer whatever the status is; no whole answer throws EgressError. An answer of more than is read (64 KiB) comes
 * with an empty body, but throws where a GET got a 2xx. Redirects are never followed.
 */
export type SinkHttp = {
  readonly [Method in 'get' | 'post' | 'put' | 'patch' | 'delete']: (
    url: string,
    call?: SinkCall,
  ) => Promise<HttpReply>;
};
