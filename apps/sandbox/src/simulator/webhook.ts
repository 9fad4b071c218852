// Posts signed webhooks as the platform does: it repeats the same bytes if the receiver is not ready.
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const WEBHOOK_PATH = '/webhooks/helpninja';
const TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 30_000;

/** The receiver could not be reached in any attempt. */
export class UnreachableError extends Error {
  readonly code = 'UNREACHABLE';
}

/** The value of the signature header for these bytes. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The final answer to a webhook. `ms`: the duration of the last attempt. */
export interface Posted {
  status: number;
  ms: number;
  repeats: number;
}

export interface WebhookOptions {
  /** Base URL of the receiver, or the full URL when it has a path. */
  url: URL;
  secret: string;
  connections: number;
  /** How often a post is repeated after a 503 or a failed connection. */
  retries: number;
  signal: AbortSignal;
}

/** Sends webhooks over connections that stay open. */
export class WebhookSender {
  private readonly url: URL;
  private readonly agent: HttpAgent;

  constructor(private readonly options: WebhookOptions) {
    this.url = new URL(options.url);
    if (this.url.pathname === '/') this.url.pathname = WEBHOOK_PATH;
    const settings = { keepAlive: true, maxSockets: options.connections };
    this.agent = this.url.protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings);
  }

  /** Posts one body until the answer is not 503, or its attempts are used up. */
  async post(body: string): Promise<Posted> {
    for (let repeats = 0; ; repeats += 1) {
      const started = performance.now();
      const last = repeats === this.options.retries;
      let pause = Math.min(200 * 2 ** repeats, 5_000);
      try {
        const { status, retryAfterMs } = await this.attempt(body);
        if (status !== 503 || last) return { status, ms: performance.now() - started, repeats };
        pause = retryAfterMs ?? pause;
      } catch (error) {
        if (this.options.signal.aborted) throw error;
        if (last)
          throw new UnreachableError(
            `posting to ${this.url.href}: ${(error as NodeJS.ErrnoException).code ?? String(error)}; check the address and that the receiver runs`,
            { cause: error },
          );
      }
      await wait(Math.min(pause, LONGEST_WAIT_MS), undefined, { signal: this.options.signal });
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt(body: string): Promise<{ status: number; retryAfterMs: number | undefined }> {
    const send = this.url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(this.url, {
        method: 'POST',
        agent: this.agent,
        signal: this.options.signal,
        timeout: TIMEOUT_MS,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-helpninja-signature': signature(this.options.secret, body),
          'user-agent': 'switchboard-simulator',
        },
      });
      outgoing.once('timeout', () =>
        outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'TIMEOUT' })),
      );
      outgoing.once('error', reject);
      outgoing.once('response', (incoming: IncomingMessage) => {
        incoming.once('error', reject);
        incoming.once('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            retryAfterMs: retryAfter(incoming.headers['retry-after']),
          }),
        );
        incoming.resume();
      });
      outgoing.end(body);
    });
  }
}

function retryAfter(header: string | undefined): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : new Date(header).getTime() - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
