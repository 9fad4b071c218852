// What is shipped, as it was built before the tests.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appNames } from './build.mjs';

const files = appNames().map((app) => join(import.meta.dirname, '../../dist', app, 'main.mjs'));

test.each(files)('beside %s lies what it loads when it is needed', (file) => {
  const parts = [...readFileSync(file, 'utf8').matchAll(/import\("(\.\/[^"]+)"\)/g)].map(
    ([, part]) => part ?? '',
  );
  expect(parts.filter((part) => !existsSync(join(file, '..', part)))).toEqual([]);
  if (file.includes('enricher')) expect(parts.sort()).toEqual(['./openai.mjs', './tinyld-light.mjs']);
  else expect(parts).toEqual(/cli|setup/.test(file) ? ['./openai.mjs'] : []);
});

test('an image holds all of a bundle', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../deploy/docker/Dockerfile'), 'utf8');
  expect(dockerfile).toContain('COPY --from=build /src/dist/${APP}/*.mjs ./');
});

test.each(files)('%s has no character that would double its memory', (file) => {
  expect(existsSync(file)).toBe(true);
  expect(/.{0,40}[^\0-\xff].{0,40}/.exec(readFileSync(file, 'utf8'))?.[0]).toBeUndefined();
});
