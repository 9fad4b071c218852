// For specs: a sandbox on a free port, and requests to it.
import type { AddressInfo } from 'node:net';
import { createSandbox, type SandboxOptions } from './server.ts';

export interface Received {
  index: number;
  vendor: string;
  at: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  status: number | 'reset' | 'hang';
  effect: boolean;
}

export interface StartedSandbox {
  url: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  received(query?: string): Promise<Received[]>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

/** Starts a sandbox. Close it in `afterAll`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<StartedSandbox> {
  const app = createSandbox(options);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const send: StartedSandbox['send'] = async (method, path, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(url + path, {
      method,
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const answered = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return {
      status: answer.status,
      headers: answer.headers,
      text: answered,
      json: isJson ? JSON.parse(answered) : {},
    };
  };
  return {
    url,
    send,
    received: async (query = '') => (await send('GET', `/_received${query}`)).json as unknown as Received[],
    close: () => app.close(),
  };
}
