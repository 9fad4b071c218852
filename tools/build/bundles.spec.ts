// What is shipped, as it was built before the tests.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appNames } from './build.mjs';

const files = appNames().map((app) => join(import.meta.dirname, '../../dist', app, 'main.mjs'));

test.each(files)('%s has no character that would double its memory', (file) => {
  expect(existsSync(file)).toBe(true);
  expect(/.{0,40}[^\0-\xff].{0,40}/.exec(readFileSync(file, 'utf8'))?.[0]).toBeUndefined();
});
