// Every seeded mistake still has its place, names a scenario that exists, and makes a bundle. That the scenario notices
// it is seen by `npm run faults -- bugs`, which takes longer.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '../scenarios/index.ts';
import { type Bug, BugMismatchError, buildWith, checkBug } from './bug.ts';
import { bugs } from './index.ts';

test('there are ten, each for itself', () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(10);
});

test.each(bugs.map((bug) => [bug.name, bug] as const))('%s: its text is in the source once', (_name, bug) => {
  expect(() => checkBug(bug)).not.toThrow();
  expect(scenarios.map(({ name }) => name)).toContain(bug.scenario);
});

const apps = [...new Set(bugs.map(({ app }) => app))];

test.each(apps)('%s builds with all of its mistakes', async (app) => {
  const out = mkdtempSync(join(tmpdir(), 'switchboard-bugs-'));
  try {
    await buildWith(
      app,
      bugs.filter((bug) => bug.app === app),
      out,
    );
    expect(statSync(join(out, app, 'main.mjs')).size).toBeGreaterThan(1024 * 1024);
  } finally {
    rmSync(out, { recursive: true });
  }
});

test('a text that is not there, or more than once, is refused by name', () => {
  const [bug] = bugs as readonly [Bug];
  expect(() => checkBug({ ...bug, found: 'nowhere to be found' })).toThrow(BugMismatchError);
  expect(() => checkBug({ ...bug, found: 'this' })).toThrow(/times in apps\/ingest/);
});

test('a file that the service is not made of is refused', async () => {
  const [bug] = bugs as readonly [Bug];
  const out = mkdtempSync(join(tmpdir(), 'switchboard-bugs-'));
  await expect(buildWith('router', [bug], out)).rejects.toThrow(/no part of router/);
  rmSync(out, { recursive: true });
});
