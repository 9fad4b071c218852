// The HTTP of a dry run. It sends nothing, notes what would have been sent, and answers so that a sink goes on to its next
// call.
import { EgressError, encodeRequest, type HttpReply, type HttpRequest } from '@switchboard/egress';
import type { DryRequest, SimulatedAnswer } from '@switchboard/ledger';
import type { SecretMask } from '../secrecy/secret-mask.ts';

/** Stops a sink that calls in an endless loop. */
const MAX_REQUESTS = 20;
const MAX_BODY_BYTES = 16 * 1024;

/** What most sinks read from an answer: the id of the created object, alone or in a list. */
const DEFAULT_BODY = JSON.stringify({ id: 'dry-run', results: [{ id: 'dry-run' }] });

/** Notes calls instead of making them. */
export class DryHttp {
  readonly requests: DryRequest[] = [];

  constructor(
    /** Called for each request: credentials may be made during the run. */
    private readonly mask: () => SecretMask,
    /** Answers to the first calls; later ones get a default 200. */
    private readonly answers: readonly SimulatedAnswer[] = [],
  ) {}

  /** Throws like the real client for a call that it would not send. */
  async request(call: HttpRequest): Promise<HttpReply> {
    const { headers, body } = encodeRequest(call);
    if (call.signal?.aborted) throw new EgressError('ABORTED', 'calling: not begun, the job was aborted');
    if (!URL.canParse(call.url)) {
      throw new EgressError('CONNECTION', 'calling an invalid URL: the connection failed');
    }
    if (this.requests.length >= MAX_REQUESTS) {
      throw new EgressError('ABORTED', `calling: not begun, a dry run ends after ${MAX_REQUESTS} calls`);
    }
    const mask = this.mask();
    const reply = replyOf(this.answers[this.requests.length]);
    const bytes = body === null ? null : Buffer.from(body);
    this.requests.push({
      method: call.method,
      host: mask.mask(new URL(call.url).host),
      path: mask.path(call.url),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask.mask(value)])),
      body: bytes === null ? null : mask.excerpt(bytes.toString(), MAX_BODY_BYTES),
      bodyBytes: bytes?.length ?? 0,
      answered: reply.status,
    });
    return reply;
  }
}

function replyOf(answer: SimulatedAnswer | undefined): HttpReply {
  const { status = 200, headers = {}, body = undefined } = answer ?? {};
  const text = answer === undefined ? DEFAULT_BODY : textOf(body);
  return { status, headers, text, json: () => parse(text) };
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
