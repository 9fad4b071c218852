// Sends one request and reads the complete response. It uses undici's `dispatch`, because undici's `request` makes a stream,
// an abort signal and several promises for each call, which cost as much as the call itself.
import type { Dispatcher } from 'undici';
import { decodeBody } from './decode-body.ts';
import type { ResponseHead } from './errors.ts';
import { ResponseTooLarge } from './classify-failure.ts';
import type { EncodedRequest } from './encode-request.ts';

/** A request for undici. */
export interface ExchangeRequest extends EncodedRequest {
  readonly origin: string;
  /** Includes the query. */
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
}

/** The limits of an exchange. */
export interface ExchangeLimits {
  /** From now to the last byte of the response. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Ends all exchanges that have this signal. */
  readonly signal?: AbortSignal | undefined;
}

/** A complete response. */
export interface WholeResponse extends ResponseHead {
  readonly text: string;
}

/** An exchange without a complete response, and the head of the response if it had begun. */
export class BrokenExchange {
  constructor(
    readonly cause: unknown,
    readonly head: ResponseHead | undefined,
  ) {}
}

/** Throws `BrokenExchange`. Redirects are returned like any other response. */
export function exchange(
  dispatcher: Dispatcher,
  sending: ExchangeRequest,
  bounds: ExchangeLimits,
): Promise<WholeResponse> {
  return new Promise((resolve, reject) => {
    const one = new Exchange(bounds, resolve, reject);
    if (one.isOver) return;
    try {
      const { origin, path, method, headers, body } = sending;
      dispatcher.dispatch({ origin, path, method, headers, body: body as string | null }, one);
    } catch (error) {
      one.end(error);
    }
  });
}

/** Running exchanges by their signal. Each signal has one listener for all of them, so that another exchange costs nothing. */
const running = new WeakMap<AbortSignal, Set<Exchange>>();

function runningWith(signal: AbortSignal): Set<Exchange> {
  const known = running.get(signal);
  if (known !== undefined) return known;
  const exchanges = new Set<Exchange>();
  running.set(signal, exchanges);
  signal.addEventListener('abort', () => {
    for (const one of exchanges) one.end(signal.reason);
  });
  return exchanges;
}

class Exchange implements Dispatcher.DispatchHandler {
  isOver = false;
  private readonly timer: NodeJS.Timeout | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private status: number | undefined;
  private headers: Record<string, string> = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly bounds: ExchangeLimits,
    private readonly resolve: (answer: WholeResponse) => void,
    private readonly reject: (broken: BrokenExchange) => void,
  ) {
    const { signal, timeoutMs } = bounds;
    if (signal?.aborted) {
      this.end(signal.reason);
      return;
    }
    if (signal !== undefined) runningWith(signal).add(this);
    this.timer = setTimeout(() => this.end(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
  }

  /** Ends the exchange without a complete response, and aborts the request. */
  end(cause: unknown): void {
    if (this.isOver) return;
    this.settle();
    const { status, headers } = this;
    this.reject(new BrokenExchange(cause, status === undefined ? undefined : { status, headers }));
    this.controller?.abort(cause instanceof Error ? cause : new Error('given up', { cause }));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It ended while it was queued: nothing is sent.
    if (this.isOver) controller.abort(new Error('given up before it was sent'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // An informational response (1xx) is followed by the final one.
    if (status < 200) return;
    this.status = status;
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      this.headers[name] = typeof value === 'string' ? value : (value?.join(', ') ?? '');
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.bounds.maxBytes) this.end(new ResponseTooLarge());
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    const { headers, status = 0, chunks } = this;
    const [first] = chunks;
    const bytes = chunks.length === 1 ? (first as Buffer) : Buffer.concat(chunks);
    const coding = headers['content-encoding'];
    if (coding === undefined) {
      this.settle();
      this.resolve({ status, headers, text: bytes.toString() });
      return;
    }
    const body = decodeBody(bytes, coding, this.bounds.maxBytes);
    if (body === 'too large') {
      this.end(new ResponseTooLarge());
      return;
    }
    this.settle();
    // These two headers describe the encoded bytes, not the text.
    const { 'content-encoding': _coding, 'content-length': _length, ...others } = headers;
    this.resolve({ status, headers: others, text: body.toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end(error);
  }

  private settle(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    const { signal } = this.bounds;
    if (signal !== undefined) running.get(signal)?.delete(this);
  }
}
