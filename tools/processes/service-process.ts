// One process of a bundle: started until it is ready, ended by a signal, its output in a file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from './guard.mjs';
import { launch, noAnswer, untilReady } from './launch.mjs';

const READY_MS = 120_000;

/** What is started, and where. */
export interface Launch {
  readonly name: string;
  /** Folder of the bundles. */
  readonly dist: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Path that answers 2xx when it can work. */
  readonly ready: string;
  readonly logFile: string;
  /** Ends it when we end without having done so. */
  readonly guard?: Guard | undefined;
  /** Told when it ends without having been asked to. */
  readonly onCrash: (what: string) => void;
}

/** A process that runs, or has run. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  readonly running: boolean;
  /** Sends a signal that does not end it, for example SIGSTOP. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it; answers its exit code, null when the signal ended it or it was gone already. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts a process and resolves when it is ready. */
export async function startProcess(wish: Launch): Promise<ServiceProcess> {
  const { name, dist, env, port, logFile, guard, onCrash } = wish;
  const started = launch({
    name,
    command: process.execPath,
    args: [join(dist, name, 'main.mjs')],
    options: { env: { ...env, PORT: String(port), SWITCHBOARD_PARENT: '1' } },
    logFile,
    lives: true,
    ...(guard && { guard }),
    watch: { stage: 1, graceMs: 1_000 },
  });
  let asked = false;
  void started.gone.then((how) => {
    if (!asked) onCrash(`${name} ended by itself with ${how}; see ${logFile}`);
  });
  const url = `http://127.0.0.1:${port}`;
  const trouble = () => noAnswer(`${url}${wish.ready}`);
  await untilReady(started, { doing: `starting ${name}`, trouble, withinMs: READY_MS });
  const { pid, process: child } = started;
  return {
    url,
    pid,
    get running() {
      return started.ended === undefined;
    },
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      if (started.ended !== undefined) return null;
      asked = true;
      child.kill(signal);
      // One that was stopped hears no SIGTERM before it goes on.
      child.kill('SIGCONT');
      await started.gone;
      return child.exitCode;
    },
  };
}

/** What a process and its forerunners of the same log wrote. */
export function readLog(logFile: string): string {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}
