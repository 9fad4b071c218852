// Every outgoing HTTP call: pooled, bounded in time and size, never following a redirect. The one importer of undici.
import { Agent, errors, request } from 'undici';
import { callSignal } from './call-signal.ts';
import { EgressError } from './errors.ts';

/** What is told of each call; `status` is 0 when there was no answer. */
export interface CallReport {
  readonly method: string;
  /** The caller's own name for the endpoint: bounded, fit for a metric label. */
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

export interface HttpClientOptions {
  /** From sending to the last byte of the answer. Default 15,000. */
  readonly timeoutMs?: number;
  /** Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Default 64. */
  readonly connectionsPerOrigin?: number;
  readonly observe?: (report: CallReport) => void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Name of the endpoint for metrics, for example `/conversations/{id}`. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json; charset=utf-8`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer, read whole. Header names are lower case; a repeated header is joined with ", ". */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  json(): unknown;
}

/** A pool of connections with one set of limits. */
export class HttpClient {
  readonly #agent: Agent;
  readonly #options: Required<Omit<HttpClientOptions, 'observe'>> & Pick<HttpClientOptions, 'observe'>;

  constructor(options: HttpClientOptions = {}) {
    this.#options = {
      timeoutMs: 15_000,
      maxResponseBytes: 1024 * 1024,
      connectionsPerOrigin: 64,
      ...options,
    };
    this.#agent = new Agent({ connections: this.#options.connectionsPerOrigin });
  }

  /** Calls and answers whatever the status is. Throws `EgressError` where there was no whole answer. */
  async request(call: HttpRequest): Promise<HttpReply> {
    const started = performance.now();
    const report = (status: number) =>
      this.#options.observe?.({
        method: call.method,
        endpoint: call.endpoint,
        status,
        seconds: (performance.now() - started) / 1000,
      });
    try {
      const reply = await this.#send(call);
      report(reply.status);
      return reply;
    } catch (cause) {
      report(0);
      throw egressError(call, cause);
    }
  }

  /** Ends idle connections and waits for those in use. */
  close(): Promise<void> {
    return this.#agent.close();
  }

  async #send(call: HttpRequest): Promise<HttpReply> {
    const { body, contentType } = encode(call);
    const { signal, end } = callSignal(call.timeoutMs ?? this.#options.timeoutMs, call.signal);
    try {
      const response = await request(call.url, {
        method: call.method,
        headers: { accept: 'application/json', ...contentType, ...call.headers },
        body,
        dispatcher: this.#agent,
        signal,
      });
      const text = await this.#read(response.body);
      return { status: response.statusCode, headers: flat(response.headers), text, json: () => parse(text) };
    } finally {
      end();
    }
  }

  async #read(body: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > this.#options.maxResponseBytes) throw new ResponseTooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }
}

class ResponseTooLarge extends Error {}

function encode(call: HttpRequest): { body: string | null; contentType: Record<string, string> } {
  if (call.json !== undefined) {
    return {
      body: JSON.stringify(call.json),
      contentType: { 'content-type': 'application/json; charset=utf-8' },
    };
  }
  if (call.form !== undefined) {
    const body = new URLSearchParams(call.form).toString();
    return { body, contentType: { 'content-type': 'application/x-www-form-urlencoded' } };
  }
  return { body: null, contentType: {} };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function egressError(call: HttpRequest, cause: unknown): EgressError {
  const host = URL.canParse(call.url) ? new URL(call.url).host : 'an unreadable URL';
  const what = `calling ${host}`;
  if (cause instanceof ResponseTooLarge) {
    return new EgressError('RESPONSE_TOO_LARGE', `${what}: the answer is too large`, { cause });
  }
  if (call.signal?.aborted)
    return new EgressError('ABORTED', `${what}: given up, the service stops`, { cause });
  const timedOut =
    (cause as { name?: unknown } | null)?.name === 'TimeoutError' ||
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError ||
    cause instanceof errors.ConnectTimeoutError;
  if (timedOut) return new EgressError('TIMEOUT', `${what}: no answer in time`, { cause });
  return new EgressError('CONNECTION', `${what}: the connection failed`, { cause });
}
