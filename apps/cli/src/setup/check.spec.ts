// The output and exit code of `setup check` and `setup prepare`: the built command, and an answer in place of a sink's
// process.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually, type Suite, suite } from '@switchboard/testing';

const bundle = fileURLToPath(new URL('../../../../dist/cli/main.mjs', import.meta.url));

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
  await corner.database.query(
    `insert into integrations (id, tenant_id, sink, config, secrets) values ('one', 'acme', 'probe', '{}', '{}')`,
  );
});
afterAll(() => corner.end());

/** Runs `setup check one` while its sink gives this result. */
const check = (result: object, ...options: string[]) => ask('check', result, ...options);

async function ask(command: string, result: object, ...options: string[]) {
  const child = spawn(process.execPath, [bundle, command, 'one', ...options], {
    env: { ...process.env, ...corner.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await eventually(async () => {
    const answered = await corner.database.query(
      `update sink_job set state = 'done', result = $1::jsonb, done_at = now() where state in ('waiting', 'pending') returning id`,
      [JSON.stringify(result)],
    );
    expect(answered).toHaveLength(1);
  });
  return { code: await ended, out: out.trim() };
}

const outcome = (kind: string, reason: string | null, status: number) => ({
  outcome: { kind, reason, status, latencyMs: 12 },
});

test('usable, broken, and a sink without a check', async () => {
  expect(await check(outcome('delivered', null, 200))).toEqual({
    code: 0,
    out: 'one  usable (200 in 12 ms)',
  });
  expect(await check(outcome('broken', 'HubSpot: 401', 401))).toEqual({
    code: 1,
    out: 'one  broken: HubSpot: 401 (401 in 12 ms)',
  });
  const says = 'cannot be checked: its sink has no check; its settings are valid';
  expect(await check({ unsupported: true })).toEqual({ code: 3, out: `one  ${says}` });
  const { code, out } = await check({ unsupported: true }, '--json');
  expect([code, JSON.parse(out)]).toEqual([3, { integration: 'one', usable: null, says }]);
});

test('prepare shows what was made, that nothing was missing, or what is wrong', async () => {
  const made = {
    outcome: { kind: 'delivered', reason: null, reference: 'lead_score', status: 201, latencyMs: 12 },
  };
  expect(await ask('prepare', made)).toEqual({
    code: 0,
    out: 'one  prepared: made lead_score (201 in 12 ms)',
  });
  const nothing = { outcome: { ...made.outcome, reference: null, status: 200 } };
  expect(await ask('prepare', nothing)).toEqual({
    code: 0,
    out: 'one  prepared: nothing was missing (200 in 12 ms)',
  });
  expect(await ask('prepare', outcome('broken', 'HubSpot: 403 MISSING_SCOPES', 403))).toEqual({
    code: 1,
    out: 'one  broken: HubSpot: 403 MISSING_SCOPES (403 in 12 ms)',
  });
  expect(await ask('prepare', { unsupported: true })).toMatchObject({ code: 3 });
});
