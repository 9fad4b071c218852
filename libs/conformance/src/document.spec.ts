// docs/spec/sink.md and the suite say the same: each rule of the page has its test, each test its rule.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { musts } from './test-sink.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/spec/sink.md'), 'utf8');
const [preface = '', ...chapters] = page.split(/^### /m);

const rules = chapters.map((chapter) => {
  const [text = ''] = chapter.split(/^## /m);
  return {
    id: /^(S\d+)$/m.exec(text)?.[1],
    tests: [...text.matchAll(/^Test: `(.+)`$/gm)].map(([, name]) => name),
    text,
  };
});

test('every rule says what must be, and names one test', () => {
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter(({ text }) => !/\bMUST\b/.test(text)).map(({ id }) => id)).toEqual([]);
  expect(rules.filter(({ tests }) => tests.length !== 1).map(({ id }) => id)).toEqual([]);
  expect(preface).not.toMatch(/\bMUST\b/);
});

test('rules and tests are the same, in the same order', () => {
  const named = musts.map(({ id, title }) => `${id} ${title}`);
  expect(rules.flatMap(({ tests }) => tests)).toEqual(named);
  expect(rules.map(({ id }) => id)).toEqual(musts.map(({ id }) => id));
});

test('numbers are never given twice', () => {
  expect(new Set(musts.map(({ id }) => id)).size).toBe(musts.length);
});
