// Starts the stand-in of the platform's API that the enricher fetches details from.
import { freePorts } from '../servers/ports.mjs';
import { script } from './contestants.ts';
import type { Workbench } from './workbench.ts';

/** A stand-in that runs. */
export interface Platform {
  /** Its API is under `/v1`. */
  readonly url: string;
  /** Ends it; answers how many calls it had. */
  stop(): Promise<number>;
}

/** Starts one whose answers take so long; resolves when it answers. */
export async function startPlatform(desk: Workbench, delayMs: number): Promise<Platform> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const readyUrl = `${url}/_calls`;
  const running = desk.launch({ ...script('platform', [String(port), String(delayMs)]), readyUrl });
  await running.ready;
  return {
    url,
    async stop() {
      running.check();
      const { calls } = (await (await fetch(readyUrl)).json()) as { calls: number };
      await running.stop();
      return calls;
    },
  };
}
