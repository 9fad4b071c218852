// CPU time of a process with all its child processes, for servers such as Postgres.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc, which Linux fixes at 100 a second. */
const TICK_MICROS = 10_000;

interface Times {
  readonly parent: number;
  /** Its own, and that of children that have ended, in µs. */
  readonly micros: number;
}

/** CPU time in µs of a process and its children, those that have ended included. Linux only; 0 for nobody. */
export function treeMicros(pid: number): number {
  const all = new Map<number, Times>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    if (times) all.set(Number(name), times);
  }
  const children = [...all].filter(([, { parent }]) => parent === pid);
  const own = all.get(pid)?.micros ?? 0;
  return children.reduce((sum, [, { micros }]) => sum + micros, own);
}

function timesOf(pid: string): Times | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: Number(fields[1]), micros: ticks * TICK_MICROS };
  } catch {
    // It has just ended; its parent has its time.
    return undefined;
  }
}
