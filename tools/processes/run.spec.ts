// What a command has started ends with the launcher, whichever way the launcher ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';

/** A command like npm or Maven: it starts a process of its own and waits for it. */
const command = `
  const { spawn } = require('node:child_process');
  const { writeFileSync } = require('node:fs');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(process.argv[1], JSON.stringify([process.pid, child.pid]));
  setInterval(() => {}, 1000);
`;

const launcher = `
  import { startGuard } from ${JSON.stringify(join(import.meta.dirname, 'guard.mjs'))};
  import { run } from ${JSON.stringify(join(import.meta.dirname, 'run.mjs'))};
  const guard = startGuard();
  run(process.execPath, ['-e', ${JSON.stringify(command)}, process.argv[1]], { doing: 'waiting', guard });
`;

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

let folder: string;
let parent: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'));
});
afterEach(() => {
  parent.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test.each(['SIGTERM', 'SIGKILL'] as const)('%s of the launcher leaves nothing', async (signal) => {
  const file = join(folder, 'pids');
  parent = spawn(process.execPath, ['--input-type=module', '-e', launcher, file], { stdio: 'inherit' });
  const pids = await eventually(() => JSON.parse(readFileSync(file, 'utf8')) as number[]);
  expect(pids).toHaveLength(2);
  expect(pids.every(isAlive)).toBe(true);
  parent.kill(signal);
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
});
