// A process that is measured: started under the guard, asked for its CPU time and memory, ended when its round is over.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { childEnv } from '../dev/services.mjs';
import type { Guard } from '../processes/guard.mjs';

const READY_MS = 60_000;
const STOP_MS = 25_000;
/** Clock ticks of /proc, which Linux fixes at 100 a second for every machine. */
const TICK_MICROS = 10_000;

/** What to start. */
export interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Beside the environment that every service gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 2xx once the process is ready; absent: ready when it runs. */
  readonly readyUrl?: string;
}

/** A process that runs. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it answers; rejects when it ended before, or took too long. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended by itself with code 0, rejects when it ended otherwise. */
  readonly finished: Promise<void>;
  /** Throws when it has ended by itself, with its last words. */
  check(): void;
  /** Ends it with SIGTERM and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a process in a group of its own, so that Ctrl-C is the guard's to answer. */
export function launch(command: Command, logFile: string, guard: Guard): Running {
  const { name, program, args, env = {}, readyUrl } = command;
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    detached: true,
    stdio: ['pipe', log, log],
    env: { ...childEnv(), ...env },
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const gone = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  const pid = child.pid ?? 0;
  if (pid > 0) guard.watch(pid, { name, stage: 1, group: true, graceMs: STOP_MS });
  const trouble = () => {
    const words = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
    return new Error(`running ${name}: it ended by itself; it said last\n${words}`);
  };
  const check = () => {
    if (hasEnded(child)) throw trouble();
  };
  const finished = gone.then((how) => {
    guard.forget(pid);
    if (how !== 'code 0') throw trouble();
  });
  const ready = readyUrl === undefined ? Promise.resolve() : untilReady(readyUrl, check);
  // Whoever starts it waits for one of these, if at all, perhaps only after something else has failed.
  for (const one of [ready, finished]) one.catch(() => undefined);
  return {
    name,
    pid,
    ready,
    finished,
    check,
    async stop() {
      if (!hasEnded(child)) child.kill('SIGTERM');
      await gone;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function untilReady(url: string, check: () => void): Promise<void> {
  const until = performance.now() + READY_MS;
  for (;;) {
    check();
    const trouble = await ask(url);
    if (trouble === undefined) return;
    if (performance.now() > until)
      throw new Error(`waiting for ${url}: ${trouble} after ${READY_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await reply.arrayBuffer();
    return reply.ok ? undefined : `status ${reply.status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** CPU time of a process with all its threads, in microseconds; undefined where there is no /proc. */
export function cpuMicros(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** Resident memory of a process in MB (10^6 bytes); undefined where there is no /proc. */
export function residentMegabytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}
