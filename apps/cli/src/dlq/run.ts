// The verbs of dead letters at a terminal: the system that the environment names, and whoever sits there.
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { say, warn } from '../text.ts';
import { dlq } from './command.ts';
import { openSystem, readSystem, type System } from './system.ts';

const nothing = () => undefined;
const complain = (fields: object, sentence: string) => warn(`${sentence} ${JSON.stringify(fields)}`);
const logger = { debug: nothing, info: nothing, warn: nothing, error: complain };

/** Runs a command line without the word `dlq`. Answers the exit code. */
export async function runDlq(args: readonly string[]): Promise<number> {
  let system: System | undefined;
  const open = () => {
    system = openSystem(readSystem(process.env), logger);
    return {
      ...system,
      say,
      warn,
      ask: process.stdin.isTTY ? ask : undefined,
      input,
      folder: process.cwd(),
      user: userName(),
    };
  };
  try {
    return await dlq(args, { say, warn, open });
  } finally {
    await system?.close();
  }
}

/** A container may run as a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

async function ask(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}

async function input(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
