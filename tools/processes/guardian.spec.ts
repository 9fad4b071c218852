// The guardian ends what it watches in order, and does so alone when the launcher is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import { startGuard } from './guard.mjs';

/** Writes its name to the log when told to end; `stubborn` does not end by itself. */
const child = `
  const { appendFileSync } = require('node:fs');
  const [log, name] = process.argv.slice(1);
  process.on('SIGTERM', () => { appendFileSync(log, name + '\\n'); if (name !== 'stubborn') process.exit(); });
  appendFileSync(log, 'up\\n');
  setInterval(() => {}, 1000);
`;

/** A launcher: two children of their own groups, watched; prints their pids. */
const launcher = `
  import { spawn } from 'node:child_process';
  import { startGuard } from ${JSON.stringify(join(import.meta.dirname, 'guard.mjs'))};
  const [log, folder] = process.argv.slice(1);
  const guard = startGuard();
  guard.remove(folder);
  const start = (name, stage) => {
    const { pid } = spawn(process.execPath, ['-e', ${JSON.stringify(child)}, log, name], { detached: true, stdio: 'ignore' });
    guard.watch(pid, { name, stage, group: true, graceMs: 5000 });
    return pid;
  };
  console.log(JSON.stringify([start('last', 2), start('first', 1), guard.pid]));
  setInterval(() => {}, 1000);
`;

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the guardian', () => {
  let folder: string;
  let log: string;
  const words = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  const up = (count: number) =>
    eventually(() => expect(words().filter((word) => word === 'up')).toHaveLength(count), {
      deadlineMs: 20_000,
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guardian-'));
    log = join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('leaves nothing when the launcher is killed, and ends the lower stage first', async () => {
    const scratch = join(folder, 'scratch');
    writeFileSync(scratch, '');
    const parent = spawn(process.execPath, ['--input-type=module', '-e', launcher, log, scratch], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = JSON.parse(
      String(await new Promise((resolve) => parent.stdout.once('data', resolve))),
    );
    expect(pids).toHaveLength(3);
    await up(2);
    expect(pids.every(isAlive)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]), { deadlineMs: 20_000 });
    expect(words().slice(2)).toEqual(['first', 'last']);
    expect(existsSync(scratch)).toBe(false);
  });

  test('forces an end after the time of grace and says so', async () => {
    const guard = startGuard();
    const stubborn: ChildProcess = spawn(process.execPath, ['-e', child, log, 'stubborn'], {
      detached: true,
      stdio: 'ignore',
    });
    guard.watch(Number(stubborn.pid), { name: 'stubborn', stage: 1, graceMs: 200 });
    await up(1);
    const ended: unknown[] = [];
    await guard.endAll((each) => ended.push(each));
    expect(ended).toEqual([{ ended: 'stubborn', ms: expect.any(Number), forced: true }]);
    expect(
      stubborn.signalCode ??
        (await new Promise((resolve) => stubborn.once('exit', (_code, signal) => resolve(signal)))),
    ).toBe('SIGKILL');
  });

  test('kills what is born after the end', async () => {
    const guard = startGuard();
    await guard.endAll();
    const late = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true,
      stdio: 'ignore',
    });
    guard.watch(Number(late.pid), { name: 'late', stage: 1, group: true });
    expect(await new Promise((resolve) => late.once('exit', (_code, signal) => resolve(signal)))).toBe(
      'SIGKILL',
    );
  });
});
