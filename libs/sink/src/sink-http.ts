// The HTTP a sink is given: the shared client, bound to one delivery (its idempotency key, its signal, its sink's name).
import { EgressError, type HttpClient, type HttpReply, type HttpRequest } from '@switchboard/egress';

/** One call of a sink. `endpoint` is a bounded name for metrics, without ids; the sink's name goes before it. */
export type SinkCall = Omit<HttpRequest, 'method' | 'url' | 'endpoint' | 'signal'> & {
  readonly endpoint?: string;
};

/** Calls answer whatever the status is; no answer at all throws EgressError. Redirects are never followed. */
export type SinkHttp = {
  readonly [Method in 'get' | 'post' | 'put' | 'patch' | 'delete']: (
    url: string,
    call?: SinkCall,
  ) => Promise<HttpReply>;
};

/** What a delivery's calls have in common. */
export interface Binding {
  readonly sink: string;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** True once the service stops: calls under way may end, a delivery of several calls begins no further one. */
  readonly stopping: () => boolean;
  /** Told of each answer's status. */
  readonly answered: (status: number) => void;
}

/** Binds the client to one delivery. */
export function bindHttp(client: HttpClient, binding: Binding): SinkHttp {
  const calling =
    (method: HttpRequest['method']) =>
    async (url: string, call: SinkCall = {}) => {
      if (binding.stopping()) throw new EgressError('ABORTED', 'calling: not begun, the service stops');
      const { endpoint = '', headers, ...rest } = call;
      const reply = await client.request({
        ...rest,
        method,
        url,
        endpoint: `${binding.sink}${endpoint}`,
        headers: { ...headers, 'idempotency-key': binding.idempotencyKey },
        signal: binding.signal,
      });
      binding.answered(reply.status);
      return reply;
    };
  return {
    get: calling('GET'),
    post: calling('POST'),
    put: calling('PUT'),
    patch: calling('PATCH'),
    delete: calling('DELETE'),
  };
}
