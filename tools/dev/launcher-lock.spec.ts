// Of launchers that start at the same moment on one folder, one gets it; what a dead one has left holds nobody up.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { lockData } from './launcher-lock.mjs';

const FOLDERS = 600;
const LAUNCHERS = 2;

/**
 * Named as a launcher is. Both try folder after folder, each at a moment that both know, so that they meet; then each says
 * what it got and stays until its stdin closes.
 */
const script = `
  import { lockData } from ${JSON.stringify(join(import.meta.dirname, 'launcher-lock.mjs'))};
  const [root, count, from] = process.argv.slice(2);
  const codes = [];
  for (let folder = 0; folder < Number(count); folder += 1) {
    while (Date.now() < Number(from) + folder * 4);
    try { lockData(root + '/' + folder); codes.push('held'); } catch (error) { codes.push(error.code); }
  }
  process.stdout.write(JSON.stringify(codes) + '\\n');
  process.stdin.once('end', () => process.exit()).resume();
`;

async function firstLine(stream: Readable): Promise<string[]> {
  let text = '';
  for await (const chunk of stream) if ((text += String(chunk)).endsWith('\n')) break;
  return JSON.parse(text) as string[];
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('one of two that start together gets the folder, also where a dead one had it', async () => {
  const start = join(root, 'start.mjs');
  writeFileSync(start, script);
  const dead = String(spawnSync(process.execPath, ['-e', '']).pid);
  const folders = Array.from({ length: FOLDERS }, (_, index) => join(root, String(index)));
  for (const [index, folder] of folders.entries()) {
    mkdirSync(folder);
    if (index % 2 === 1) writeFileSync(join(folder, 'launcher.pid'), dead);
  }
  const from = String(Date.now() + 2_000);
  const launchers = Array.from({ length: LAUNCHERS }, () =>
    spawn(process.execPath, [start, root, String(FOLDERS), from], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    const codes = await Promise.all(launchers.map(({ stdout }) => firstLine(stdout)));
    const held = folders.map((_, index) => codes.filter((each) => each[index] === 'held').length);
    expect(held.flatMap((count, index) => (count === 1 ? [] : [`${count} hold folder ${index}`]))).toEqual(
      [],
    );
    expect(new Set(codes.flat())).toEqual(new Set(['held', 'ALREADY_RUNNING']));
    for (const folder of folders) expect(readdirSync(folder)).toEqual(['launcher.pid']);
  } finally {
    const ends = launchers.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of launchers) child.stdin.end();
    await Promise.all(ends);
  }
});

test('a folder that was let go can be had again', () => {
  const data = join(root, 'data');
  lockData(data)();
  expect(readdirSync(data)).toEqual([]);
  lockData(data)();
});
