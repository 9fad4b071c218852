// Runs `dlq` in a terminal, on the system that the environment names.
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { say, warn } from '../text.ts';
import { dlq } from './command.ts';
import { openSystem, readSystem, type System } from './system.ts';

const nothing = () => undefined;
const printError = (fields: object, sentence: string) => warn(`${sentence} ${JSON.stringify(fields)}`);
const logger = { debug: nothing, info: nothing, warn: nothing, error: printError };

/** Runs a command line without the word `dlq`. Returns the exit code. */
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

/** In a container the user may have only a number. */
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
