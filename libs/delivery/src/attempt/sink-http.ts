// The HTTP that a sink is given: the shared client, bound to the keys, credentials, signal and trace of one delivery. The
// bytes that are signed are the bytes that are sent.
import { randomBytes } from 'node:crypto';
import { TRACEPARENT, traceparentFrom } from '@switchboard/contracts';
import {
  EgressError,
  encodeBody,
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
import type { CallKeys } from './idempotency.ts';

type Client = Pick<HttpClient, 'request'>;

/** A call that was not begun. */
export class NotBegunError extends EgressError {
  constructor(why: string) {
    super('ABORTED', `calling: not begun, ${why}`);
  }
}

/** Why no call begins while the service stops. */
export const STOPS = 'the service stops';

const PARENT_ID_BYTES = 8;

/** What the calls of a delivery have in common. */
export interface HttpBinding {
  readonly sink: string;
  readonly keys: CallKeys;
  /** The step that a write is made in; empty outside of steps. */
  readonly step: () => string;
  readonly signal: AbortSignal;
  /** Why no further call may begin, as the end of a sentence; undefined while one may. In-flight calls may finish. */
  readonly callBarrier: () => string | undefined;
  /** The integration's own limit for a call. */
  readonly timeoutMs: number;
  /** How calls get their credentials, where the sink declares it. The context's idempotency key is that of GET calls. */
  readonly auth?: { readonly way: Auth; readonly context: AuthContext };
  /** The trace that calls belong to. */
  readonly traceparent?: string;
  /** Called before each request goes out; not called for one that gets no credentials or may not begin. */
  readonly onRequest: (method: string, url: string) => void;
  /** Called for each answer. */
  readonly onReply: (reply: HttpReply) => void;
  /** Whether a text contains a secret of the integration. */
  readonly holdsSecret: (text: string) => boolean;
}

/** Binds the client to one delivery. */
export function bindHttp(http: Client, binding: HttpBinding): SinkHttp {
  const { traceparent } = binding;
  const client = acceptOversized(traceparent === undefined ? http : withTrace(http, traceparent));
  const calling =
    (method: HttpRequest['method']) =>
    async (url: string, call: SinkCall = {}) => {
      passBarrier(binding);
      const { endpoint = '', headers, ...rest } = call;
      // A GET must be answered anew each time.
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
      const auth = key === undefined ? binding.auth : withKey(binding.auth, key);
      const onRequest = (): void => {
        // Once more: to get credentials can take long.
        passBarrier(binding);
        binding.onRequest(method, url);
      };
      const reply = await send(client, request, auth, onRequest).catch((error: unknown) => {
        throw unusableCredential(error, request.headers ?? {}, binding) ?? error;
      });
      binding.onReply(reply);
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

function send(
  client: Client,
  request: HttpRequest,
  auth: HttpBinding['auth'],
  onRequest: () => void,
): Promise<HttpReply> {
  if (auth === undefined) {
    onRequest();
    return client.request(request);
  }
  const { json: _json, form: _form, raw: _raw, method, url, headers = {}, ...rest } = request;
  const { contentType, body } = encodeBody(request);
  const outgoing: OutgoingRequest = { method, url, headers, body: Buffer.from(body ?? '') };
  return callAuthorized(auth.way, outgoing, auth.context, (sent) => {
    onRequest();
    return client.request({
      ...rest,
      method: sent.method,
      url: sent.url,
      headers: sent.headers,
      ...(contentType === undefined ? {} : { raw: { contentType, bytes: sent.body } }),
    });
  });
}

/** Throws when no further call may begin. */
function passBarrier({ callBarrier }: HttpBinding): void {
  const barrier = callBarrier();
  if (barrier !== undefined) throw new NotBegunError(barrier);
}

/** A signature that covers an id covers that of its own call. */
function withKey(auth: HttpBinding['auth'], idempotencyKey: string): HttpBinding['auth'] {
  return auth === undefined ? undefined : { way: auth.way, context: { ...auth.context, idempotencyKey } };
}

/** The sink itself put a secret into a header, and no header can carry that value: the setting is wrong, not the sink. */
function unusableCredential(
  error: unknown,
  headers: Readonly<Record<string, string>>,
  { holdsSecret }: HttpBinding,
): AuthError | undefined {
  if (!(error instanceof HeaderValueError)) return undefined;
  const [, value = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === error.header) ?? [];
  if (!holdsSecret(value)) return undefined;
  return new AuthError('UNUSABLE', `${error.message}; it is a secret of the integration: set it again`);
}

/** Adds the event's trace to calls that have none of their own. Each call has a parent id of its own. */
function withTrace(client: Client, traceparent: string): Client {
  return {
    request(call) {
      const { headers = {} } = call;
      if (Object.keys(headers).some((name) => name.toLowerCase() === TRACEPARENT))
        return client.request(call);
      const parentId = randomBytes(PARENT_ID_BYTES).toString('hex');
      const own = { [TRACEPARENT]: traceparentFrom(traceparent, parentId) };
      return client.request({ ...call, headers: { ...headers, ...own } });
    },
  };
}

/**
 * Returns an answer over the size limit with an empty body. Its status says what became of the call, and a repeat of the
 * call could double its effect.
 */
function acceptOversized(client: Client): Client {
  return {
    request: (call) =>
      client.request(call).catch((error: unknown) => {
        const reply = oversizedReply(call, error);
        if (reply === undefined) throw error;
        return reply;
      }),
  };
}

function oversizedReply({ method }: HttpRequest, error: unknown): HttpReply | undefined {
  if (!(error instanceof EgressError) || error.code !== 'RESPONSE_TOO_LARGE') return undefined;
  const { status, headers } = error;
  if (status === undefined) return undefined;
  // An empty body would read as "nothing found" here, and a GET can be repeated.
  if (method === 'GET' && status < 300) return undefined;
  return { status, headers, text: '', json: () => undefined };
}
