// The HTTP a sink is given: the shared client, bound to one delivery (its idempotency keys, its credentials, its signal,
// its sink's name). What is signed is what is sent.
import {
  EgressError,
  encode,
  HeaderValueError,
  type HttpClient,
  type HttpReply,
  type HttpRequest,
} from '@switchboard/egress';
import {
  type Auth,
  type AuthContext,
  AuthError,
  callAuthorized,
  type OutgoingRequest,
  type SinkCall,
  type SinkHttp,
} from '@switchboard/sink';
import type { CallKeys } from './call-keys.ts';
import { traced } from './traced.ts';
import { takingUnread } from './unread.ts';

/** What a delivery's calls have in common. */
export interface Binding {
  readonly sink: string;
  readonly keys: CallKeys;
  /** The step that a write is made in; empty outside of steps. */
  readonly step: () => string;
  readonly signal: AbortSignal;
  /** True once the service stops: calls under way may end, a delivery of several calls begins no further one. */
  readonly stopping: () => boolean;
  /** The integration's own bound on a call. */
  readonly timeoutMs: number;
  /** How calls get their credentials, where the sink names a way; its key is that of look-ups. */
  readonly auth?: { readonly way: Auth; readonly context: AuthContext };
  /** The trace that calls belong to. */
  readonly traceparent?: string;
  /** Told of each call before it goes out; not of one that gets no credentials. */
  readonly asked: (method: string, url: string) => void;
  /** Told of each answer. */
  readonly answered: (reply: HttpReply) => void;
  /** Whether a text holds a secret of the integration. */
  readonly holdsSecret: (text: string) => boolean;
}

/** Binds the client to one delivery. */
export function bindHttp(http: Pick<HttpClient, 'request'>, binding: Binding): SinkHttp {
  const { traceparent } = binding;
  const client = takingUnread(traceparent === undefined ? http : traced(http, traceparent));
  const calling =
    (method: HttpRequest['method']) =>
    async (url: string, call: SinkCall = {}) => {
      if (binding.stopping()) throw new EgressError('ABORTED', 'calling: not begun, the service stops');
      const { endpoint = '', headers, ...rest } = call;
      // A look-up must be answered anew each time.
      const key = method === 'GET' ? undefined : binding.keys.next(binding.step(), endpoint);
      const request: HttpRequest = {
        timeoutMs: binding.timeoutMs,
        ...rest,
        method,
        url,
        endpoint: `${binding.sink}${endpoint}`,
        headers: key === undefined ? { ...headers } : { ...headers, 'idempotency-key': key },
        signal: binding.signal,
      };
      const auth = key === undefined ? binding.auth : keyed(binding.auth, key);
      const reply = await send(client, request, auth, () => binding.asked(method, url)).catch(
        (error: unknown) => {
          throw unusableCredential(error, request.headers ?? {}, binding) ?? error;
        },
      );
      binding.answered(reply);
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

/** A credential that the sink has put into a header by itself, and that no header can carry: a setting is at fault. */
function unusableCredential(
  error: unknown,
  headers: Readonly<Record<string, string>>,
  { holdsSecret }: Binding,
): AuthError | undefined {
  if (!(error instanceof HeaderValueError)) return undefined;
  const [, value = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === error.header) ?? [];
  if (!holdsSecret(value)) return undefined;
  return new AuthError('UNUSABLE', `${error.message}; it is a secret of the integration: set it again`);
}

/** A message that is signed with an id has that of its call. */
function keyed(auth: Binding['auth'], idempotencyKey: string): Binding['auth'] {
  return auth === undefined ? undefined : { way: auth.way, context: { ...auth.context, idempotencyKey } };
}

function send(
  client: Pick<HttpClient, 'request'>,
  request: HttpRequest,
  auth: Binding['auth'],
  goingOut: () => void,
): Promise<HttpReply> {
  if (auth === undefined) {
    goingOut();
    return client.request(request);
  }
  const { json: _json, form: _form, raw: _raw, method, url, headers = {}, ...rest } = request;
  const { contentType, body } = encode(request);
  const outgoing: OutgoingRequest = { method, url, headers, body: Buffer.from(body ?? '') };
  return callAuthorized(auth.way, outgoing, auth.context, (sent) => {
    goingOut();
    return client.request({
      ...rest,
      method: sent.method,
      url: sent.url,
      headers: sent.headers,
      ...(contentType === undefined ? {} : { raw: { contentType, bytes: sent.body } }),
    });
  });
}
