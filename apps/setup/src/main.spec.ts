// The command as it is shipped, where it is used in a way that cannot be meant.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../../../dist/setup/main.mjs', import.meta.url));

test.each([
  [['status', '--colour'], "setup: Unknown option '--colour'\n"],
  [['nonsense'], 'setup: running setup: no command "nonsense" (see --help)\n'],
  [['check'], 'setup: check: name the integration\n'],
])('%j is told in a line', (args, line) => {
  const { status, stderr } = spawnSync(process.execPath, [bundle, ...args], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, line]);
});
