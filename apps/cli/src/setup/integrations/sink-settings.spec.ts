import { z } from 'zod';
import { parseAllowList } from '@switchboard/egress';
import { type Suite, suite } from '@switchboard/testing';
import { parseIntegrations } from './integrations-file.ts';
import { knownSinks, refusedBySinks } from './sink-settings.ts';

const secret = { secret: true };
const config = z.object({
  url: z.url(),
  accessToken: z.string().min(8).meta(secret),
  pace: z.enum(['slow', 'fast']).default('slow'),
  backup: z.object({ urls: z.array(z.url()) }).optional(),
  hook: z.url().meta(secret).optional(),
  teams: z.array(z.int()).optional(),
  login: z.object({ user: z.string(), password: z.string() }).meta(secret).optional(),
});
let corner: Suite;

beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

const text = (more: string) => `
integrations:
  - id: acme-desk
    tenant: acme
    ${more}
`;
const good = `sink: desk
    config:
      url: https://desk.example.com
    secrets:
      accessToken: pat-12345678
      login: '{"user":"bob","password":"pa55"}'`;

async function refused(more: string, allow = ''): Promise<string[]> {
  const file = parseIntegrations(text(more), 'f.yaml', {});
  return refusedBySinks(file, await knownSinks(corner.database), parseAllowList(allow)).map(
    ({ path, message }) => file.faultLine(path, message),
  );
}

test('before the first sink has started nothing is checked', async () => {
  expect(await refused('sink: nonsense')).toEqual([]);
});

describe('once a sink is in the catalogue', () => {
  beforeAll(async () => {
    const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
    const ui = Object.keys(config.shape).map((name) => ({
      name,
      secret: ['accessToken', 'login', 'hook'].includes(name),
    }));
    await corner.database.query(`insert into sink_catalog (name, json_schema, ui) values ('desk', $1, $2)`, [
      JSON.stringify(schema),
      JSON.stringify(ui),
    ]);
  });

  test('valid settings have no fault', async () => {
    expect(await refused(good)).toEqual([]);
  });

  test.each([
    [
      'a sink that never ran here',
      good.replace('desk', 'dsk'),
      'f.yaml:5: integrations.0.sink: no sink "dsk" has run here; known are desk',
    ],
    [
      'an unknown setting',
      good.replace('url: ', 'pase: fast\n      url: '),
      'f.yaml:7: integrations.0.config.pase: is not a setting of desk; it has url, accessToken, pace, backup, hook, teams, login',
    ],
    [
      'a secret with a wrong name',
      good.replace('accessToken: ', 'accesToken: '),
      /^f.yaml:9: integrations.0.secrets.accesToken: is not a setting of desk/,
      'f.yaml:9: integrations.0.secrets.accessToken: is missing; desk needs it',
    ],
    [
      'a missing setting',
      good.replace('url: https://desk.example.com', 'pace: fast'),
      'f.yaml:7: integrations.0.config.url: is missing; desk needs it',
    ],
    [
      'an invalid value',
      good.replace('url: ', 'pace: quick\n      url: '),
      /^f.yaml:7: integrations.0.config.pace: .*"slow"\|"fast"/,
    ],
    [
      'an invalid nested value',
      good.replace('url: ', 'teams: [1, two]\n      url: '),
      /^f.yaml:7: integrations.0.config.teams.1: .*number/,
    ],
    [
      'a secret that is too short',
      good.replace('pat-12345678', 'pat'),
      /^f.yaml:9: integrations.0.secrets.accessToken: Too small/,
    ],
    [
      'a secret of several parts, one of them missing',
      good.replace(',"password":"pa55"', ''),
      /^f.yaml:10: integrations.0.secrets.login.password: /,
    ],
    [
      'secrets in config',
      good.replace('\n    secrets:', ''),
      'f.yaml:8: integrations.0.config.accessToken: is a secret; move it from "config" to "secrets"',
      'f.yaml:9: integrations.0.config.login: is a secret; move it from "config" to "secrets"',
      /integrations.0.config.login: .*object/,
    ],
  ])('%s is reported with its line', async (_what, more, ...expected) => {
    const rows = await refused(more);
    expect(rows).toEqual(expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
    expect(rows.join('\n')).not.toContain('pa55');
  });

  const at = (url: string) => good.replace('https://desk.example.com', url);
  const fault = (reason: string) =>
    `f.yaml:7: integrations.0.config.url: may not be called: ${reason}; the operator of the sinks can allow it in EGRESS_ALLOW`;

  test.each([
    ['https://127.0.0.1/hook', 'the address is not public'],
    ['https://[::ffff:10.0.0.1]/', 'the address is not public'],
    ['https://169.254.169.254/latest', 'the address is not public'],
    ['https://0x7f000001/', 'the address is not public'],
    ['http://93.184.216.34/', 'the URL must begin with https:'],
    ['https://93.184.216.34:22/', 'the port must be one of 443, 8443'],
    ['ftp://desk.example.com/', 'the URL must begin with https:'],
    ['https://bob:pa55@desk.example.com/', 'the URL contains a user or a password'],
  ])('%s may not be called', async (url, reason) => {
    expect(await refused(at(url))).toEqual([fault(reason)]);
  });

  test.each([
    ['a public address', 'https://93.184.216.34/', ''],
    ['an address that is allowed', 'http://10.1.2.3:8080/', '10.0.0.0/8'],
    // Names are resolved when they are called.
    ['a name, whatever its address', 'https://localhost/', ''],
    ['a name, which may be allowed', 'http://crm.internal/', ''],
  ])('%s has no fault', async (_what, url, allow) => {
    expect(await refused(at(url), allow)).toEqual([]);
  });

  test('nested and secret addresses are checked too, and not shown', async () => {
    const inside = good
      .replace(
        'url: https://desk.example.com',
        'url: https://desk.example.com\n      backup: { urls: [https://10.0.0.7/] }',
      )
      .replace('accessToken: ', 'hook: https://10.0.0.8/\n      accessToken: ');
    const rows = await refused(inside);
    expect(rows).toEqual([
      expect.stringMatching(/^f.yaml:8: integrations.0.config.backup.urls.0: may not be called: /),
      expect.stringMatching(/^f.yaml:10: integrations.0.secrets.hook: may not be called: /),
    ]);
    expect(rows.join()).not.toMatch(/10\.0\.0/);
  });
});
