// The HTTP of a dry run: it sends nothing, writes down what would have been sent, and answers so that a sink of several
// calls goes on.
import { EgressError, type HttpReply, type HttpRequest, outgoing } from '@switchboard/egress';
import type { Answer, DryRequest } from '@switchboard/ledger';
import type { SecretMask } from '../secrecy/secret-mask.ts';

/** A sink that would call for ever is stopped here. */
const MAX_REQUESTS = 20;
const MAX_BODY_BYTES = 16 * 1024;

/** What most sinks that look into an answer look for: the id of what was made, alone or in a list. */
const GENERIC = JSON.stringify({ id: 'dry-run', results: [{ id: 'dry-run' }] });

/** Calls that are not made. */
export class DryHttp {
  /** In the order of the calls. */
  readonly requests: DryRequest[] = [];

  constructor(
    /** Asked at each call: credentials may be made on the way. */
    private readonly mask: () => SecretMask,
    /** For the first calls; later ones get a generic 200. */
    private readonly answers: readonly Answer[] = [],
  ) {}

  /** Throws as the real client does for what it would not send. */
  async request(call: HttpRequest): Promise<HttpReply> {
    const { headers, body } = outgoing(call);
    if (call.signal?.aborted) throw new EgressError('ABORTED', 'calling: given up, the job ends');
    if (!URL.canParse(call.url)) {
      throw new EgressError('CONNECTION', 'calling an unreadable URL: the connection failed');
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

function replyOf(answer: Answer | undefined): HttpReply {
  const { status = 200, headers = {}, body = undefined } = answer ?? {};
  const text = answer === undefined ? GENERIC : textOf(body);
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
