// One request and its answer, read whole, on undici's own dispatch: its `request` makes a stream, an abort signal and several
// promises for each call, which costs as much as the call itself.
import type { Dispatcher } from 'undici';
import { decoded } from './decoding.ts';
import type { AnswerHead } from './errors.ts';
import { ResponseTooLarge } from './failure.ts';
import type { Outgoing } from './outgoing.ts';

/** What is sent, and where to. */
export interface Sending extends Outgoing {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
}

/** How far an exchange may go. */
export interface Bounds {
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Ends all exchanges that were given it. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer, read whole. */
export interface Answer extends AnswerHead {
  readonly text: string;
}

/** An exchange that ended without a whole answer, and the head of the answer that had begun. */
export class Broken {
  constructor(
    readonly cause: unknown,
    readonly head: AnswerHead | undefined,
  ) {}
}

/** Sends and reads. Throws `Broken`. Redirects are answers like any other. */
export function exchange(dispatcher: Dispatcher, sending: Sending, bounds: Bounds): Promise<Answer> {
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

/** Exchanges under way that end with a signal: one listener for all of them, so that adding one costs nothing. */
const underWay = new WeakMap<AbortSignal, Set<Exchange>>();

function those(signal: AbortSignal): Set<Exchange> {
  let all = underWay.get(signal);
  if (all === undefined) {
    const made = new Set<Exchange>();
    underWay.set(signal, made);
    signal.addEventListener('abort', () => {
      for (const one of made) one.end(signal.reason);
    });
    all = made;
  }
  return all;
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
    private readonly bounds: Bounds,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (broken: Broken) => void,
  ) {
    const { signal, timeoutMs } = bounds;
    if (signal?.aborted) {
      this.end(signal.reason);
      return;
    }
    if (signal !== undefined) those(signal).add(this);
    this.timer = setTimeout(() => this.end(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
  }

  /** Without a whole answer. What is queued or under way is given up. */
  end(cause: unknown): void {
    if (this.isOver) return;
    this.settle();
    const { status, headers } = this;
    this.reject(new Broken(cause, status === undefined ? undefined : { status, headers }));
    this.controller?.abort(cause instanceof Error ? cause : new Error('given up', { cause }));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Its turn came too late: nothing is sent.
    if (this.isOver) controller.abort(new Error('given up before it was sent'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // A preliminary answer is followed by the real one.
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
    const body = decoded(bytes, coding, this.bounds.maxBytes);
    if (body === 'too large') {
      this.end(new ResponseTooLarge());
      return;
    }
    this.settle();
    // They speak of the bytes that came, not of the text.
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
    if (signal !== undefined) underWay.get(signal)?.delete(this);
  }
}
