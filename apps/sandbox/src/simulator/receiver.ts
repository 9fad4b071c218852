// For specs: a receiver of webhooks that checks signatures, stores the events and answers as the spec wants.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PlatformEvent } from '../conversations/events.ts';

export interface Receiver {
  url: string;
  /** The events that were answered 200, in order of arrival. */
  accepted: PlatformEvent[];
  paths: Set<string>;
  /** The answers to the next requests, one each; 200 when the list is empty. */
  answers: { status: number; headers?: Record<string, string>; reset?: true }[];
  /** The largest number of requests of one conversation that were open at once. */
  mostOpen(): number;
  close(): Promise<void>;
}

/** Starts a receiver. A signature that does not fit `secret` is answered 401. */
export async function startReceiver(secret: string): Promise<Receiver> {
  const open = new Map<string, number>();
  let most = 0;
  const server = createServer(async (request, response) => {
    const raw = Buffer.concat(await request.toArray());
    const event = JSON.parse(raw.toString()) as PlatformEvent;
    const id = String(event.data['conversation_id']);
    open.set(id, (open.get(id) ?? 0) + 1);
    most = Math.max(most, open.get(id) ?? 0);
    await new Promise((resolve) => setImmediate(resolve));
    open.set(id, (open.get(id) ?? 0) - 1);
    receiver.paths.add(request.url ?? '');
    const expected = `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
    const answer = receiver.answers.shift() ?? {
      status: request.headers['x-helpninja-signature'] === expected ? 200 : 401,
    };
    if (answer.reset) return request.socket.resetAndDestroy();
    if (answer.status === 200) receiver.accepted.push(event);
    response.writeHead(answer.status, answer.headers).end('{}');
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: [],
    paths: new Set(),
    answers: [],
    mostOpen: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
