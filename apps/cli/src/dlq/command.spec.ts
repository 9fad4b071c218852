// The command as a process, and its errors for wrong command lines.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '@switchboard/postgres';
import { quiet, type Suite, suite } from '@switchboard/testing';
import { addDeadDelivery, runCommand, statesIn } from './test-command.ts';

const bundle = fileURLToPath(new URL('../../../../dist/cli/main.mjs', import.meta.url));

let own: Suite;
beforeAll(async () => {
  own = await suite({ topics: false });
  await addDeadDelivery(own.database, 'e1', 'no such room');
});
afterAll(() => own.end());

test('the command as a process: help, and the list of a database', async () => {
  const call = (...args: string[]) =>
    spawnSync(process.execPath, [bundle, 'dlq', ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...own.env },
    });
  const { status, stdout } = call('replay', '--help');
  expect([status, stdout]).toEqual([0, expect.stringContaining('--dry-run')]);
  const listed = call('list', '--json');
  expect(listed.stderr).toBe('');
  expect([listed.status, JSON.parse(listed.stdout)]).toMatchObject([0, { letters: [{ id: 'd-1' }] }]);
  expect(call('list', '--limit', 'x').status).toBe(2);
});

describe('wrong usage', () => {
  test.each([
    [''],
    ['nonsense'],
    ['list d-1'],
    ['list --limit 0'],
    ['list --since yesterday'],
    ['list --kind letter'],
    ['list --after x'],
    ['list --colour'],
    ['show'],
    ['show d-1 d-2'],
    ['show 41'],
    ['edit d-1'],
    ['edit d-1 --file nowhere.json'],
    ['edit d-1 --file x --original'],
    ['replay'],
    ['replay d-1 --all'],
    ['replay d-1 --tenant acme'],
    ['replay d-1 --dry-run --sample 101'],
    ['discard d-1'],
  ])('"%s"', async (line) => {
    const { code, out, err } = await runCommand(line, { db: own.database });
    expect(code).toBe(2);
    expect(out + err).toContain('--help');
    expect(await statesIn(own.database)).toEqual(['e1 dead']);
  });
});

test('an unknown option is named, without an unclosed quote', async () => {
  const { err } = await runCommand('list --colour', { db: own.database });
  expect(err).toBe("dlq: Unknown option '--colour' (see --help)");
});

test('a database without tables and one that cannot be reached have different errors', async () => {
  const url = process.env['DATABASE_URL'] ?? '';
  const open = (at: string) => createDatabase({ url: at, schema: 'nowhere', logger: quiet });
  const empty = open(url);
  const away = open('postgres://127.0.0.1:1/x');
  expect(await runCommand('list', { db: empty })).toMatchObject({
    code: 2,
    err: expect.stringContaining('migrations'),
  });
  expect(await runCommand('list', { db: away })).toMatchObject({
    code: 3,
    err: expect.stringContaining('is up'),
  });
  await Promise.all([empty.close(), away.close()]);
});
