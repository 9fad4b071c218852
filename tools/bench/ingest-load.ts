// Load for an HTTP server: as many signed webhooks as it answers, from a separate process, and what its metrics say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conversationEscalated } from '@switchboard/contracts';
import { root } from '../root.mjs';
import type { Workbench } from './workbench.ts';

export const PATH = '/webhooks/helpninja';

const CONNECTIONS = 64;

/** What the load generator counted. */
export interface Load {
  readonly perSecond: number;
  readonly accepted: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Everything but a 2xx in time. */
  readonly refused: number;
}

export interface Door {
  readonly url: string;
  /** The topic that what was accepted must be on. */
  readonly topic: string;
}

/** What the load generator sends; without a `path` to the door's own. */
export interface LoadRequest {
  readonly body: string;
  readonly signature: string;
  readonly path?: string;
}

/**
 * Sends what the file `requests` holds, for so many seconds. Throws when less was written than was answered with 2xx.
 */
export async function load(
  desk: Workbench,
  { url, topic }: Door,
  { requests, seconds }: { requests: string; seconds: number },
): Promise<Load> {
  const result = join(desk.folder, 'load.json');
  const before = (await desk.broker.ends([topic])).get(topic) ?? 0;
  const generator = desk.launch({
    name: 'load',
    program: process.execPath,
    args: [
      join(root, 'tools/bench/load.mjs'),
      ...[url, requests, result, String(CONNECTIONS), String(seconds)],
    ],
  });
  await generator.finished;
  const counted = JSON.parse(readFileSync(result, 'utf8')) as Load;
  const written = ((await desk.broker.ends([topic])).get(topic) ?? 0) - before;
  if (counted.accepted === 0 || written < counted.accepted) {
    throw new Error(`loading ${url}: ${counted.accepted} accepted, but ${written} records on ${topic}`);
  }
  return counted;
}

/** The n-th event; no two are the same. */
export function bodyOf(number: number, more: object = {}): string {
  const data = { ...conversationEscalated.example, conversation_id: `conv_${number}`, number };
  const time = new Date(Date.UTC(2026, 0, 5) + number).toISOString();
  return JSON.stringify({ event: conversationEscalated.type, timestamp: time, ...more, data });
}
