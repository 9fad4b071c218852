import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputFile } from './arguments.mjs';

test('a file in a folder that is there', () => {
  expect(outputFile('--json', join(tmpdir(), 'report.json'))).toBe(join(tmpdir(), 'report.json'));
});

test.each([
  ['a folder that is not there', join(tmpdir(), 'no-such-folder', 'report.json'), /not writable/],
  ['a folder', tmpdir(), /name a file/],
  ['no name', '', /name a file/],
])('%s is refused', (_what, path, why) => {
  expect(() => outputFile('--json', path)).toThrow(why);
});
