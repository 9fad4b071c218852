// Every outgoing HTTP call: pooled, bounded in time and size, never following a redirect, never through a proxy that
// the environment names.
import { parseJson } from '@switchboard/contracts';
import { Agent, Pool } from 'undici';
import { type Guard, urlRefusal } from './address-guard.ts';
import { toEgressError } from './classify-failure.ts';
import { connectorTo } from './connector.ts';
import { type EncodedRequest, encodeRequest } from './encode-request.ts';
import { BrokenExchange, exchange } from './exchange.ts';
import type { CallReport, HttpReply, HttpRequest } from './http-call.ts';

import { NotConnected } from './not-connected.ts';

export interface HttpClientOptions {
  /** From the call to the last byte of the response, including the wait for a connection. Default 15,000. */
  readonly timeoutMs?: number;
  /** For DNS, TCP and TLS of a new connection; part of the time of the call. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Default 64. */
  readonly connectionsPerOrigin?: number;
  /**
   * For URLs that tenants choose. Without it calls may reach every address, as calls to our own infrastructure must.
   */
  readonly guard?: Guard;
  readonly observe?: (report: CallReport) => void;
}

/** One pool of connections per origin, all with the same limits. */
export class HttpClient {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  readonly #maxResponseBytes: number;
  readonly #guard: Guard | undefined;
  readonly #observe: HttpClientOptions['observe'];

  constructor(options: HttpClientOptions = {}) {
    const { timeoutMs = 15_000, connectTimeoutMs = 5_000, maxResponseBytes = 1024 * 1024 } = options;
    const { connectionsPerOrigin = 64, guard, observe } = options;
    this.#timeoutMs = timeoutMs;
    this.#maxResponseBytes = maxResponseBytes;
    this.#guard = guard;
    this.#observe = observe;
    this.#agent = new Agent({
      // Each origin has its own connector, because a DNS lookup does not get the port.
      factory: (origin) =>
        new Pool(origin, {
          connections: connectionsPerOrigin,
          connect: connectorTo(new URL(origin), connectTimeoutMs, guard),
        }),
    });
  }

  /**
   * Returns the reply, whatever its status. Throws `EgressError` when there was no complete response, and RangeError
   * for headers that must not be sent; that is a mistake of the caller, and no call is made.
   */
  async request(call: HttpRequest): Promise<HttpReply> {
    const sent = encodeRequest(call);
    const started = performance.now();
    const report = (status: number) =>
      this.#observe?.({
        method: call.method,
        endpoint: call.endpoint,
        status,
        seconds: (performance.now() - started) / 1000,
      });
    try {
      const reply = await this.#send(call, sent);
      report(reply.status);
      return reply;
    } catch (cause) {
      report(0);
      throw cause instanceof BrokenExchange
        ? toEgressError(call, cause.cause, cause.head)
        : toEgressError(call, cause);
    }
  }

  /** Closes idle connections and waits for those in use. */
  close(): Promise<void> {
    return this.#agent.close();
  }

  async #send(call: HttpRequest, { headers, body }: EncodedRequest): Promise<HttpReply> {
    const { origin, path, refusal } = targetOf(call.url);
    if (this.#guard !== undefined && refusal !== undefined) {
      throw new NotConnected('REFUSED_ADDRESS', refusal);
    }
    const answer = await exchange(
      this.#agent,
      { origin, path, method: call.method, headers, body },
      {
        timeoutMs: call.timeoutMs ?? this.#timeoutMs,
        maxBytes: this.#maxResponseBytes,
        signal: call.signal,
      },
    );
    return { ...answer, json: () => parse(answer.text) };
  }
}

/** A parsed URL, and why a guarded client must refuse it for any host. */
interface Target {
  readonly origin: string;
  readonly path: string;
  readonly refusal: string | undefined;
}

/** A cache: most calls go to few URLs, and parsing a URL takes as long as encoding the headers. */
const targets = new Map<string, Target>();
const MAX_TARGETS = 500;
/** Longer URLs contain something that is new each time. */
const MAX_CACHED_URL = 500;

function targetOf(text: string): Target {
  const known = targets.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  const target = { origin: url.origin, path: url.pathname + url.search, refusal: urlRefusal(url) };
  if (text.length <= MAX_CACHED_URL) {
    if (targets.size >= MAX_TARGETS) targets.clear();
    targets.set(text, target);
  }
  return target;
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
