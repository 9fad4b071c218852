// A measured process: starts it under the guard, reads its CPU time and memory, and ends it after its round.
import { readFileSync } from 'node:fs';
import { childEnv } from '../processes/child-env.mjs';
import type { Guard } from '../processes/guard.mjs';
import { launch, noAnswer, untilReady } from '../processes/launch.mjs';
import { lastLines } from '../processes/run.mjs';

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
export function launchMeasured(command: Command, logFile: string, guard: Guard): Running {
  const { name, program, args, env = {}, readyUrl } = command;
  const started = launch({
    name,
    command: program,
    args,
    options: { detached: true, env: { ...childEnv(), ...env } },
    logFile,
    lives: true,
    guard,
    watch: { stage: 1, group: true, graceMs: STOP_MS },
  });
  const trouble = () =>
    new Error(`running ${name}: it ended by itself; it said last\n${lastLines(started.said())}`);
  const check = () => {
    if (started.ended !== undefined) throw trouble();
  };
  const finished = started.gone.then((how) => {
    if (how !== 'exit code 0') throw trouble();
  });
  const ready =
    readyUrl === undefined
      ? Promise.resolve()
      : untilReady(started, {
          doing: `waiting for ${readyUrl}`,
          trouble: () => noAnswer(readyUrl),
          withinMs: READY_MS,
        });
  // Whoever starts it waits for one of these, if at all, perhaps only after something else has failed.
  for (const one of [ready, finished]) one.catch(() => undefined);
  return {
    name,
    pid: started.pid,
    ready,
    finished,
    check,
    async stop() {
      if (started.ended === undefined) started.process.kill('SIGTERM');
      await started.gone;
    },
  };
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
