// Starts the stand-in of the platform's API, from which the enricher fetches details.
import { standIn } from './contestants.ts';
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
  const command = await standIn('platform', '/_calls', String(delayMs));
  const { url, readyUrl } = command;
  const running = desk.launch(command);
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
