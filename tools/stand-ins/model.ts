// Starts the stand-in of OpenAI's API and sends it commands.
import { join } from 'node:path';
import type { Guard } from '../processes/guard.mjs';
import { launch, noAnswer, untilReady } from '../processes/launch.mjs';
import { freePorts } from '../servers/ports.mjs';
import { root } from '../root.mjs';

const READY_MS = 15_000;

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
  const started = launch({
    name: 'model',
    command: process.execPath,
    args,
    guard,
    watch: { stage: 2, graceMs: 1_000 },
  });
  const ask = async (path: string) => (await (await fetch(url + path)).json()) as Billed;
  const trouble = () => noAnswer(`${url}/_billed`);
  await untilReady(started, { doing: "starting the model's stand-in", trouble, withinMs: READY_MS });
  return {
    url,
    billed: () => ask('/_billed'),
    mode: (name) => ask(`/_mode/${name}`),
    async stop() {
      started.process.kill('SIGTERM');
      await started.gone;
    },
  };
}
