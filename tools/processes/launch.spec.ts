// A process is waited for until it can work; one that cannot is told with its last words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Guard, startGuard } from './guard.mjs';
import { launch, untilReady } from './launch.mjs';

let folder: string;
let guard: Guard;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launch-'));
  guard = startGuard();
});
afterEach(async () => {
  await guard.endAll();
  rmSync(folder, { recursive: true });
});

const start = (script: string) =>
  launch({
    name: 'talker',
    command: process.execPath,
    args: ['-e', script],
    logFile: join(folder, 'talker.log'),
    guard,
  });
const says = (launched: ReturnType<typeof start>, word: string) => async () =>
  launched.said().includes(word) ? undefined : `it has not said ${word}`;

test('what was written before it started is not its word', async () => {
  writeFileSync(join(folder, 'talker.log'), 'ready\n');
  const talker = start(`setTimeout(() => console.log('ready'), 200); setInterval(() => {}, 1000)`);
  expect(talker.said()).toBe('');
  await untilReady(talker, { doing: 'starting', trouble: says(talker, 'ready'), withinMs: 30_000 });
  expect([talker.said(), talker.ended]).toEqual(['ready\n', undefined]);
  talker.process.kill('SIGKILL');
  expect(await talker.gone).toBe('SIGKILL');
});

test.each([
  [
    'one that ends',
    `console.log('no room'); process.exit(3)`,
    30_000,
    /^starting: exit code 3; see .*\nno room$/,
  ],
  [
    'one that takes too long',
    'setInterval(() => {}, 1000)',
    100,
    /^starting: not ready after 0\.1 s: it has not said/,
  ],
])('%s', async (_what, script, withinMs, words) => {
  const talker = start(script);
  const waiting = untilReady(talker, { doing: 'starting', trouble: says(talker, 'ready'), withinMs });
  await expect(waiting).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringMatching(words),
  });
});

test('a program that is not there', async () => {
  const missing = launch({ name: 'none', command: join(folder, 'none'), args: [] });
  expect(await missing.gone).toContain('ENOENT');
});
