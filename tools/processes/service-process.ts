// One process of a shipped bundle: started until it is ready, ended by a signal, its lines in a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import type { Guard } from './guard.mjs';

const READY_MS = 120_000;
const ANSWER_MS = 5_000;

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
export async function startProcess(launch: Launch): Promise<ServiceProcess> {
  const { name, port, guard } = launch;
  const log = openSync(launch.logFile, 'a');
  const child = spawn(process.execPath, [join(launch.dist, name, 'main.mjs')], {
    env: { ...launch.env, PORT: String(port), SWITCHBOARD_PARENT: '1' },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const pid = Number(child.pid);
  guard?.watch(pid, { name, stage: 1, graceMs: 1_000 });
  let asked = false;
  child.once('exit', (code, signal) => {
    guard?.forget(pid);
    if (!asked)
      launch.onCrash(`${name} ended by itself with ${signal ?? `code ${code}`}; see ${launch.logFile}`);
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  await untilReady(child, launch, ended);
  return {
    url: `http://127.0.0.1:${port}`,
    pid,
    get running() {
      return !ended();
    },
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      if (ended()) return null;
      asked = true;
      const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill(signal);
      // One that was stopped hears no SIGTERM before it goes on.
      child.kill('SIGCONT');
      return gone;
    },
  };
}

/** What a process and its forerunners of the same log wrote. */
export function readLog(logFile: string): string {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}

async function untilReady(child: ChildProcess, launch: Launch, ended: () => boolean): Promise<void> {
  const { name, port, ready, logFile } = launch;
  const check = async (): Promise<void> => {
    if (ended()) return;
    const reply = await fetch(`http://127.0.0.1:${port}${ready}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await reply.arrayBuffer();
    if (!reply.ok) throw new Error(`it answers ${reply.status}`);
  };
  try {
    await eventually(check, { deadlineMs: READY_MS, everyMs: 50 });
  } catch (cause) {
    throw new Error(`starting ${name}: not ready within ${READY_MS / 1000} s; see ${logFile}`, { cause });
  }
  if (ended()) {
    throw new Error(`starting ${name}: it ended with ${child.exitCode}: ${readLog(logFile).slice(-2000)}`);
  }
}
