// A green from the cache must never outlive a change in a library it stands on. Nx reads imports only when told to
// (nx.json, pluginsConfig); without that it serves stale greens and says nothing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

test('a change in a library makes its dependants run again', () => {
  const tree = workspace();
  try {
    const first = typecheck(tree);
    expect(first).toEqual({ status: 0, output: first.output });
    expect(typecheck(tree).output).toContain('read the output from the cache');
    writeFileSync(join(tree, 'libs/contracts/src/index.ts'), 'export const renamed = 1;\n');
    const after = typecheck(tree);
    expect(after.status).not.toBe(0);
    expect(after.output).toContain('TS2305');
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
});

/** A workspace with the real configuration and two projects, the second standing on the first. */
function workspace(): string {
  const tree = mkdtempSync(join(tmpdir(), 'stale-'));
  for (const name of [
    'nx.json',
    'tsconfig.base.json',
    'package.json',
    'package-lock.json',
    '.swcrc',
    'eslint.config.mjs',
    'jest.config.mjs',
  ]) {
    cpSync(join(root, name), join(tree, name));
  }
  for (const [folder, source] of [
    ['libs/contracts', 'export const field = 1;\n'],
    ['apps/router', `import { field } from '@switchboard/contracts';\nexport const x = field;\n`],
  ] as const) {
    mkdirSync(join(tree, folder, 'src'), { recursive: true });
    for (const file of ['project.json', 'package.json', 'tsconfig.json'])
      cpSync(join(root, folder, file), join(tree, folder, file));
    writeFileSync(join(tree, folder, 'src/index.ts'), source);
  }
  mkdirSync(join(tree, 'node_modules/@switchboard'), { recursive: true });
  symlinkSync(join(tree, 'libs/contracts'), join(tree, 'node_modules/@switchboard/contracts'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@switchboard' && name !== '.cache')
      symlinkSync(join(root, 'node_modules', name), join(tree, 'node_modules', name));
  }
  return tree;
}

function typecheck(tree: string): { status: number | null; output: string } {
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    CI: 'true',
    NX_WORKSPACE_ROOT_PATH: tree,
  };
  const run = spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'run', 'router:typecheck'], {
    cwd: tree,
    env,
    encoding: 'utf8',
  });
  return { status: run.status, output: run.stdout + run.stderr };
}
