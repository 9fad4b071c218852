// Every outgoing HTTP call: pooled, bounded in time and size, never following a redirect, never through a proxy that the
// environment names.
import { parseJson } from '@switchboard/contracts';
import { Agent, Pool } from 'undici';
import { type Guard, urlRefusal } from './address-guard.ts';
import { connectorTo } from './connector.ts';
import { Broken, exchange } from './exchange.ts';
import { egressError } from './failure.ts';
import type { HttpReply, HttpRequest } from './http-call.ts';
import { NotConnected } from './not-connected.ts';
import { type Outgoing, outgoing } from './outgoing.ts';

/** What is told of each call; `status` is 0 when there was no answer. */
export interface CallReport {
  readonly method: string;
  /** The caller's own name for the endpoint: bounded, fit for a metric label. */
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

export interface HttpClientOptions {
  /** From the call to the last byte of its answer, waiting for a connection included. Default 15,000. */
  readonly timeoutMs?: number;
  /** DNS, TCP and TLS of a new connection, within the time of the call. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Default 64. */
  readonly connectionsPerOrigin?: number;
  /** For URLs that tenants choose. Absent: calls may reach everything, as those to our own infrastructure must. */
  readonly guard?: Guard;
  readonly observe?: (report: CallReport) => void;
}

/** Pools of connections, one for each origin, with one set of limits. */
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
      // A connector of its own for each origin: a lookup is not told the port.
      factory: (origin) =>
        new Pool(origin, {
          connections: connectionsPerOrigin,
          connect: connectorTo(new URL(origin), connectTimeoutMs, guard),
        }),
    });
  }

  /**
   * Calls and answers whatever the status is. Throws `EgressError` where there was no whole answer, and RangeError for
   * headers that may not be sent, which is a mistake of the caller and no call.
   */
  async request(call: HttpRequest): Promise<HttpReply> {
    const sent = outgoing(call);
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
      throw cause instanceof Broken ? egressError(call, cause.cause, cause.head) : egressError(call, cause);
    }
  }

  /** Ends idle connections and waits for those in use. */
  close(): Promise<void> {
    return this.#agent.close();
  }

  async #send(call: HttpRequest, { headers, body }: Outgoing): Promise<HttpReply> {
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

/** Where a URL leads, and why a guarded client may not go there whatever the host is. */
interface Target {
  readonly origin: string;
  readonly path: string;
  readonly refusal: string | undefined;
}

/** Targets of URLs that were read. Most calls go to few, and reading one takes as long as its headers. */
const targets = new Map<string, Target>();
const MAX_TARGETS = 500;
/** A longer one has something in it that is new each time. */
const MAX_KEPT_URL = 500;

function targetOf(text: string): Target {
  const known = targets.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  const target = { origin: url.origin, path: url.pathname + url.search, refusal: urlRefusal(url) };
  if (text.length <= MAX_KEPT_URL) {
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
