// `npm run dlq`: dead letters, for the person on call.
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { dlq } from './command.ts';
import { openSystem, readSystem, type System } from './system.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const warn = (line: string): void => void process.stderr.write(`${line}\n`);

const nothing = () => undefined;
const complain = (fields: object, sentence: string) => warn(`${sentence} ${JSON.stringify(fields)}`);
const logger = { debug: nothing, info: nothing, warn: nothing, error: complain };

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

let system: System | undefined;
try {
  process.exitCode = await dlq(process.argv.slice(2), {
    say,
    warn,
    open() {
      system = openSystem(readSystem(process.env), logger);
      return {
        ...system,
        say,
        warn,
        ask: process.stdin.isTTY ? ask : undefined,
        input,
        // npm runs scripts at the root and tells where it was called.
        folder: process.env['INIT_CWD'] ?? process.cwd(),
        user: userInfo().username,
      };
    },
  });
} finally {
  await system?.close();
}
