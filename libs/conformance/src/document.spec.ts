// docs/spec/sink.md and the suite have the same rules: each rule of the page has a test, and each test a rule.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules as suiteRules } from './test-sink.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/spec/sink.md'), 'utf8');
const [preface = '', ...chapters] = page.split(/^### /m);

const pageRules = chapters.map((chapter) => {
  const [text = ''] = chapter.split(/^## /m);
  return {
    id: /^(S\d+)$/m.exec(text)?.[1],
    tests: [...text.matchAll(/^Test: `(.+)`$/gm)].map(([, name]) => name),
    text,
  };
});

test('every rule says what must be, and names one test', () => {
  expect(pageRules.length).toBeGreaterThan(20);
  expect(pageRules.filter(({ text }) => !/\bMUST\b/.test(text)).map(({ id }) => id)).toEqual([]);
  expect(pageRules.filter(({ tests }) => tests.length !== 1).map(({ id }) => id)).toEqual([]);
  expect(preface).not.toMatch(/\bMUST\b/);
});

test('rules and tests are the same, in the same order', () => {
  const named = suiteRules.map(({ id, title }) => `${id} ${title}`);
  expect(pageRules.flatMap(({ tests }) => tests)).toEqual(named);
  expect(pageRules.map(({ id }) => id)).toEqual(suiteRules.map(({ id }) => id));
});

test('numbers are never given twice', () => {
  expect(new Set(suiteRules.map(({ id }) => id)).size).toBe(suiteRules.length);
});
