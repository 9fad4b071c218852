// Starts the stand-in of OpenAI's API and talks to it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import type { Guard } from '../processes/guard.mjs';
import { freePorts } from '../servers/ports.mjs';
import { root } from '../root.mjs';

/** What the stand-in says of itself. */
export interface Billed {
  readonly calls: number;
  readonly tokens: number;
  /** Calls under way together, at most. */
  readonly most: number;
}

/** A stand-in that runs. */
export interface ModelServer {
  /** Its API is under `/v1`. */
  readonly url: string;
  billed(): Promise<Billed>;
  /** `well`, `down`, `hang`, `garbage` or `limit`. */
  mode(name: string): Promise<Billed>;
  stop(): Promise<void>;
}

/** Starts one whose answers take so long; resolves when it answers. */
export async function startModelServer(guard: Guard, { delayMs }: { delayMs: number }): Promise<ModelServer> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const args = [join(root, 'tools/stand-ins/model.mjs'), String(port), String(delayMs)];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const pid = Number(child.pid);
  guard.watch(pid, { name: 'model', stage: 2, graceMs: 1_000 });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const ask = async (path: string) => (await (await fetch(url + path)).json()) as Billed;
  await eventually(() => ask('/_billed'));
  return {
    url,
    billed: () => ask('/_billed'),
    mode: (name) => ask(`/_mode/${name}`),
    async stop() {
      child.kill('SIGTERM');
      await gone;
      guard.forget(pid);
    },
  };
}
