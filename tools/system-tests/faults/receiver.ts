// The vendors of the scenarios: answers what the sinks and the enricher need, logs each effect, and fails on request.
// The sandbox is not used, because its journal stores whole bodies.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Vendors } from '../rig/system.ts';
import { type Effect, type EffectKind, readEffect } from './effects.ts';

export type VendorName = 'hubspot' | 'slack' | 'helpninja';

/**
 * How a vendor behaves. A fault comes instead of the effect; `delayMs` comes after it, before the answer. By chance up
 * to `spreadMs` come before the effect, and as many before the answer.
 */
export type Behaviour =
  | { readonly delayMs?: number; readonly spreadMs?: number }
  | { readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly fault: 'hang' | 'reset' };

export interface Receiver {
  readonly port: number;
  readonly effects: readonly Effect[];
  /** Calls that were shown a fault, by vendor. */
  readonly refused: ReadonlyMap<VendorName, number>;
  /** What could not be understood, a line each. */
  readonly strange: readonly string[];
  behave(vendor: VendorName, behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** Where the vendors are, when they are reached by this port. */
export function vendorsAt(port: number): Vendors {
  const base = `http://127.0.0.1:${port}`;
  return {
    hubspot: (integration) => `${base}/hubspot/${integration}`,
    slack: (integration) => `${base}/slack/${integration}`,
    helpninja: `${base}/helpninja/v1`,
  };
}

/** Starts the vendors on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const effects: Effect[] = [];
  const strange: string[] = [];
  const behaviours = new Map<VendorName, Behaviour>();
  const refused = new Map<VendorName, number>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, vendor = '', integration = '', ...rest] = (request.url ?? '').split('/');
    const behaviour = behaviours.get(vendor as VendorName) ?? {};
    if ('fault' in behaviour || 'status' in behaviour) {
      refused.set(vendor as VendorName, (refused.get(vendor as VendorName) ?? 0) + 1);
      return refuse(response, behaviour);
    }
    const kind = kindOf(vendor, rest.join('/'));
    const { delayMs = 0, spreadMs = 0 } = behaviour;
    const until = performance.now() + delayMs + Math.random() * spreadMs;
    // Calls that are under way together take effect in any order.
    if (spreadMs > 0) await pause(Math.random() * spreadMs);
    if (kind !== undefined) {
      const key = String(request.headers['idempotency-key'] ?? '');
      effects.push(readEffect(kind, integration, key, Buffer.concat(chunks).toString()));
    }
    await pause(until - performance.now());
    answer(response, vendor, kind, rest.at(-1) ?? '');
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A caller that died in the middle of its call is no news here.
      if (request.destroyed && !request.complete) return;
      strange.push(`${request.method} ${request.url}: ${String(error)}`);
      if (!response.headersSent) response.writeHead(400).end();
    });
  });
  // An idle connection that we close while it is being used again would be a fault nobody asked for.
  server.keepAliveTimeout = 10 * 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    effects,
    strange,
    refused,
    behave: (vendor, behaviour) => void behaviours.set(vendor, behaviour),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

function kindOf(vendor: string, path: string): EffectKind | undefined {
  if (vendor === 'slack') return 'message';
  if (path.endsWith('contacts/batch/upsert')) return 'contact';
  return path.endsWith('objects/notes') ? 'note' : undefined;
}

function refuse(
  response: ServerResponse,
  behaviour: Exclude<Behaviour, { delayMs?: number; spreadMs?: number }>,
): void {
  if ('status' in behaviour) {
    const { status, retryAfterSeconds } = behaviour;
    const after = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    response.writeHead(status, { 'content-type': 'text/plain', ...after }).end('told to');
  } else if (behaviour.fault === 'reset') response.socket?.resetAndDestroy();
}

function answer(response: ServerResponse, vendor: string, kind: EffectKind | undefined, last: string): void {
  if (vendor === 'slack') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    return;
  }
  const body =
    kind === 'contact'
      ? { status: 'COMPLETE', results: [{ id: '1001' }] }
      : kind === 'note'
        ? { id: '2002' }
        : { id: last, message_count: 4, duration_minutes: 3 };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
