// What pages say exists: links, files, commands, metrics, decisions, releases. And each way of being wrong is noticed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from '../layers.mjs';
import { pageFaults, pageNames, projectFiles, verbsIn } from './pages.mjs';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts, version } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  version: string;
};
const files = projectFiles(root);
const known = {
  root,
  files,
  scripts: new Set([...Object.keys(scripts), 'ci']),
  verbs: {
    setup: verbsIn(read('apps/cli/src/setup/usage.ts')),
    dlq: verbsIn(read('apps/cli/src/dlq/command.ts')),
  },
  sources: files
    .filter((path) => /^(?:apps|libs)\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'))
    .map(read)
    .join(''),
};

test.each(pageNames(root))('%s speaks of what exists, in short sentences', (page) => {
  expect(pageFaults(known, page)).toEqual([]);
});

test.each([
  ['a link', 'See [it](gone.md).', 'links to gone.md'],
  ['an anchor', 'See [it](../README.md#gone).', 'links to ../README.md#gone'],
  ['a path', 'It is in `libs/gone`.', 'names libs/gone'],
  ['a path in a block', '```\nnode tools/gone.mjs\n```', 'names tools/gone.mjs'],
  ['a library', 'Import it from `@switchboard/gone`.', 'names @switchboard/gone'],
  ['a file name', 'It is in `gone.spec.ts`.', 'names gone.spec.ts'],
  ['a script', 'Run `npm run gone`.', 'no script'],
  ['a verb', 'Run `npm run setup -- gone`.', 'no verb of setup'],
  ['a metric', 'Look at `switchboard_gone_total`.', 'the metric switchboard_gone_total'],
  ['a sentence', `It is${' very'.repeat(45)} long.`, 'more than 40 words'],
])('%s that is wrong is noticed', (_what, text, fault) => {
  expect(pageFaults(known, 'docs/page.md', text)).toEqual([expect.stringContaining(fault)]);
});

test('what exists is no fault', () => {
  const text = [
    'See [it](../README.md#run-it), `libs/contracts`, `define-event.ts` and `switchboard_ledger_rows{sink}`.',
    'Run `npm run setup -- status`, `npm run dlq -- list` and `npm run bench -- router`.',
    '```\nA block of code may say what it wants: npm start, and [so](on).\n```',
  ].join('\n\n');
  expect(known.verbs.setup.size).toBeGreaterThan(7);
  expect(known.verbs.dlq.size).toBeGreaterThan(4);
  expect(pageFaults(known, 'docs/page.md', text)).toEqual([]);
});

test('the README is short, and every page can be reached from it', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(121);
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)/g)) {
      const path = /^[a-z]+:/.test(target) ? '' : join(page, '..', target);
      if (path.endsWith('.md') && files.concat(pageNames(root)).includes(path)) reached.add(path);
    }
  }
  expect(pageNames(root).filter((page) => !reached.has(page))).toEqual([]);
});

test('the architecture tells who may import whom, as the layers do', () => {
  const rows = [
    ...read('docs/architecture.md').matchAll(/^\| \[(\w+)\]\(\.\.\/libs\/.*\| ([\w, ]*?) ?\|$/gm),
  ];
  const written = rows.map(([, library, imports = '']) => [
    library,
    imports.split(', ').filter(Boolean).sort(),
  ]);
  const allowed = Object.entries(layers)
    .filter(([layer]) => known.files.some((file) => file.startsWith(`libs/${layer}/`)))
    .map(([layer, { imports }]) => [layer, imports.filter((name) => name !== 'testing').sort()]);
  expect(allowed.length).toBeGreaterThan(10);
  expect(new Map(written as [string, string[]][])).toEqual(new Map(allowed as [string, string[]][]));
});

test('the index has every decision, by its number and title', () => {
  const records = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
  const titles = records.map((name) => {
    const [, number, title] = /^# (\d+)\. (.+)$/m.exec(read(`docs/decisions/${name}`)) ?? [];
    expect(Number(name.slice(0, 4))).toBe(Number(number));
    return `| ${number} | [${title}](${name}) |`;
  });
  expect(records.length).toBeGreaterThan(24);
  expect(read('docs/decisions/README.md').match(/^\| \d+ \|.*$/gm)).toEqual(titles.sort(byNumber));
  for (const name of records) {
    for (const part of ['Context', 'Decision', 'Alternatives', 'Consequences'])
      expect([name, read(`docs/decisions/${name}`)]).toEqual([name, expect.stringContaining(`**${part}.**`)]);
  }
});

const byNumber = (a: string, b: string) => Number(a.split(' ')[1]) - Number(b.split(' ')[1]);

test('releases: the changelog has this version, and each release but the newest has its commit', () => {
  const versions = [...read('CHANGELOG.md').matchAll(/^## (\d+\.\d+\.\d+)/gm)].map(([, found]) => found);
  const rows = [...read('docs/releases.md').matchAll(/^\| (\d+\.\d+\.\d+) \| `?([0-9a-f]{40})`? \|/gm)];
  expect(versions[0]).toBe(version);
  const released = rows.map(([, found]) => found);
  expect(versions.filter((found) => !released.includes(found)).filter((found) => found !== version)).toEqual(
    [],
  );
  expect(released.filter((found) => !versions.includes(found))).toEqual([]);
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  // An archive and a shallow clone have no history.
  if (git('rev-parse', '--is-shallow-repository').stdout.trim() !== 'false') return;
  for (const [, released, commit = ''] of rows) {
    expect([commit, git('merge-base', '--is-ancestor', commit, 'HEAD').status]).toEqual([commit, 0]);
    expect(JSON.parse(git('show', `${commit}:package.json`).stdout)).toMatchObject({ version: released });
  }
});
