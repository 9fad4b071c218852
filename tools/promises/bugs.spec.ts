// Every seeded mistake still has its place in the sources, and the first of them is found at once.
import { suite } from '@switchboard/testing';
import { checkBug } from '../system-tests/faults/bugs/bug.ts';
import { bugs } from './bugs.ts';
import { findBug } from './run-bug.ts';

test.each(bugs.map((bug) => [bug.name, bug] as const))('%s: its text is in the source once', (_, bug) => {
  expect(() => checkBug(bug)).not.toThrow();
});

test('the search finds a writer that goes on after a batch that failed', async () => {
  const [bug] = bugs;
  const s = await suite({ topics: false });
  const where = { url: s.env.DATABASE_URL, seed: 1, minutes: 2 };
  expect(bug && (await findBug(bug, where))).toBe(true);
  await s.end();
});
