// For specs: runs the built bundle of ingest as a separate process, to see what ends a process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sign } from './signature.ts';

const bundle = join(import.meta.dirname, '../../../dist/ingest/main.mjs');

/** A line of its log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly url?: string;
}

export interface IngestProcess {
  readonly url: string;
  readonly lines: readonly LogLine[];
  /** Undefined while it runs, else how it ended. */
  readonly ended: string | undefined;
  stop(): Promise<void>;
}

/** Starts it on a free port and resolves when it listens; `env` is all that it sees of an environment. */
export async function startIngestProcess(env: Readonly<Record<string, string>>): Promise<IngestProcess> {
  const child = spawn(process.execPath, [bundle], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => (words += bytes));
  let ended: string | undefined;
  const gone = once(child, 'exit').then(([code, signal]) => {
    ended = `${signal ?? `code ${code}`}: ${words}`;
  });
  const listens = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      if (line.message === 'Ready.' && line.url !== undefined) resolve(line.url);
    });
  });
  const url = await Promise.race([listens, gone.then(() => undefined)]);
  if (url === undefined) throw new Error(`starting ingest: it ended with ${ended}`);
  return {
    url,
    lines,
    get ended() {
      return ended;
    },
    stop: () => stop(child, gone),
  };
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await gone;
}

/** Posts an event that is signed with `secret`; answers the status. */
export async function postSigned(url: string, secret: string, event: object, path = ''): Promise<number> {
  const body = JSON.stringify(event);
  const reply = await fetch(`${url}/webhooks/helpninja${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-helpninja-signature': sign(body, secret) },
    body,
  });
  await reply.arrayBuffer();
  return reply.status;
}
