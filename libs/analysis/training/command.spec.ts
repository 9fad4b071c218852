// The commands `npm run eval` and `npm run train` with a file that does not exist: both fail, and nothing is written.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const WEIGHTS = join(root, 'libs/analysis/src/classifier/weights.ts');
const GONE = join(import.meta.dirname, 'no-such-file.csv');
const { BANKING77_CSV: _given, ...env } = process.env;

const call = (tool: string, ...args: string[]) =>
  spawnSync(process.execPath, ['tools/dev/run.mjs', `libs/analysis/training/${tool}.ts`, ...args], {
    cwd: root,
    encoding: 'utf8',
    env,
  });

test('an evaluation with a file that does not exist', () => {
  const { status, stdout, stderr } = call('main', '--banking77', GONE);
  expect(status).toBe(2);
  expect(stderr).toContain(`--banking77 ${GONE}: the file cannot be read`);
  expect(stdout).toBe('');
});

test.each([
  ['with a file that does not exist', ['--banking77', GONE], `--banking77 ${GONE}: the file cannot be read`],
  ['with no file', [], '--without-banking77'],
])('training %s', (_what, args, says) => {
  const before = [readFileSync(WEIGHTS, 'utf8'), statSync(WEIGHTS).mtimeMs] as const;
  const { status, stderr } = call('train', ...args);
  expect(status).toBe(2);
  expect(stderr).toContain(says);
  expect([readFileSync(WEIGHTS, 'utf8'), statSync(WEIGHTS).mtimeMs]).toEqual(before);
});
