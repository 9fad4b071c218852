// A real HTTP server on a free port that records requests and gives the answers, and faults, that a spec wants.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is not JSON. */
  readonly json: unknown;
}

/** How to answer: a status and body, or a fault. */
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly delayMs?: number;
  /**
   * After the request was read: `reset` cuts the connection, `hang` never answers, `slow-body` begins an answer and sends
   * it byte by byte without end, `half-closed` sends half of the body and then closes its side of the connection.
   */
  readonly fault?: 'reset' | 'hang' | 'slow-body' | 'half-closed';
}

export interface HttpStub {
  readonly url: string;
  readonly requests: StubRequest[];
  close(): Promise<void>;
}

const DRIP_MS = 20;
const KEEP_ALIVE_MS = 10 * 60_000;

/** Starts a stub; `answer` is called for each request, in order of arrival. */
export async function httpStub(
  answer: (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>,
): Promise<HttpStub> {
  const requests: StubRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const request: StubRequest = {
      at: Date.now(),
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      text,
      json: parse(text),
    };
    requests.push(request);
    await send(response, await answer(request, requests.length - 1));
  });
  // Closing an idle connection while the client uses it again would be an unwanted fault.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, answer: StubAnswer): Promise<void> {
  if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  const { status = 200, fault } = answer;
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
  const type = typeof answer.body === 'string' ? 'text/plain' : 'application/json';
  const headers = { 'content-type': type, ...answer.headers };
  if (fault === 'slow-body') {
    response.writeHead(status, headers);
    const drip = setInterval(() => response.write(' '), DRIP_MS);
    response.on('close', () => clearInterval(drip));
  } else if (fault === 'half-closed') {
    const bytes = Buffer.from(text);
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.end());
  } else response.writeHead(status, headers).end(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
