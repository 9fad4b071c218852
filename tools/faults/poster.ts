// One post over a kept connection, as cheap as it can be: what the tool itself consumes is missing to the system.
import { Agent, request } from 'node:http';
import type { Post } from './events.ts';

const ANSWER_MS = 30_000;
const CONNECTIONS = 128;

export interface Poster {
  /** Answers the status, 0 when there was no whole answer within 30 s. */
  post(post: Post): Promise<number>;
  close(): void;
}

/** Posts to the webhook of the ingest at `base`. */
export function createPoster(base: string): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const url = new URL('/webhooks/helpninja', base);
  const post = ({ body, signature }: Post): Promise<number> =>
    new Promise((resolve) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-helpninja-signature': signature,
      };
      const call = request(url, { method: 'POST', agent, headers, timeout: ANSWER_MS }, (reply) => {
        reply.resume();
        reply.once('end', () => resolve(reply.complete ? (reply.statusCode ?? 0) : 0));
        reply.once('error', () => resolve(0));
      });
      call.once('timeout', () => call.destroy());
      call.once('error', () => resolve(0));
      call.once('close', () => resolve(0));
      call.end(body);
    });
  return { post, close: () => agent.destroy() };
}
