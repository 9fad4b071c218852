// The built command: its errors for wrong command lines, and for servers that cannot be reached.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../../../../dist/cli/main.mjs', import.meta.url));

test.each([
  [['status', '--colour'], "setup: Unknown option '--colour'\n"],
  [['nonsense'], 'setup: running setup: no command "nonsense" (see --help)\n'],
  [['check'], 'setup: check: give the id of an integration\n'],
])('%j has an error of one line', (args, line) => {
  const { status, stderr } = spawnSync(process.execPath, [bundle, ...args], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, line]);
});

const nobody = '127.0.0.1:1';

test.each([
  ['topics', { KAFKA_BROKERS: nobody }, 'KAFKA_BROKERS'],
  ['tables', { DATABASE_URL: `postgres://nobody@${nobody}/nothing` }, 'DATABASE_URL'],
])(
  '%s: a server that cannot be reached has an error of one line, with what to check',
  (command, over, setting) => {
    const env = { ...process.env, ...over };
    const { status, stderr } = spawnSync(process.execPath, [bundle, command], { encoding: 'utf8', env });
    const [last = '', ...log] = stderr.trimEnd().split('\n').reverse();
    expect(last).toMatch(new RegExp(`^setup: .*${nobody}.*; check .*${setting}`));
    expect(log.every((line) => line.startsWith('{'))).toBe(true);
    expect(status).toBe(1);
  },
);
