// A server that a test can stop or kill, and start again at the same address.
import type { ChildProcess } from 'node:child_process';
import type { Guard } from '../../processes/guard.mjs';

/** What starting a server gives: the functions of tools/servers all do. */
export interface Started {
  readonly pid: number;
  readonly process: ChildProcess;
}

/** A server under our control. Each call resolves when its process is gone, or ready again. */
export interface Server {
  readonly pid: number;
  readonly running: boolean;
  /** Ends it as its operator would. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, with everything it started. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
}

export interface ServerOptions {
  readonly guard: Guard;
  readonly start: () => Promise<Started>;
  readonly stopSignal: NodeJS.Signals;
  /** Kills the process and waits for what it leaves behind. */
  readonly kill: (pid: number) => Promise<void>;
}

/** Starts it for the first time. */
export async function startServer(options: ServerOptions): Promise<Server> {
  let started = await options.start();
  const running = () => started.process.exitCode === null && started.process.signalCode === null;
  const end = async (send: () => Promise<void>): Promise<void> => {
    if (!running()) throw new Error('ending a server: it does not run; start it first');
    const gone = new Promise((resolve) => started.process.once('exit', resolve));
    await send();
    await gone;
    options.guard.forget(started.pid);
  };
  return {
    get pid() {
      return started.pid;
    },
    get running() {
      return running();
    },
    stop: () => end(async () => void process.kill(started.pid, options.stopSignal)),
    kill: () => end(() => options.kill(started.pid)),
    async start() {
      if (running()) throw new Error('starting a server: it runs already');
      started = await options.start();
    },
  };
}
