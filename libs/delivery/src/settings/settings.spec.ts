// Settings of an integration and settings of a job are read in the same way and refused with the same messages.
import type { Job } from '@switchboard/ledger';
import { box, TENANT } from '@switchboard/ledger/spec-kit';
import { integrationSecretPlace, jobSecretPlace, SecretBox, type SecretPlace } from '@switchboard/postgres';
import { delivered, type Sink } from '@switchboard/sink';
import { z } from 'zod';
import { sinkThat } from '../spec-kit.ts';
import { readRules, readSettings, type Settings, settingsOfJob } from './settings.ts';

const probe = sinkThat(async () => delivered());

interface Given {
  readonly config?: object;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly mapping?: unknown;
  readonly rules?: unknown;
  readonly delivery?: unknown;
}

const sealed = (secrets: Given['secrets'], place: (field: string) => SecretPlace) =>
  Object.fromEntries(
    Object.entries(secrets ?? { token: 't0ken' }).map(([field, text]) => [
      field,
      box.seal(text, place(field)),
    ]),
  );
const whole = ({ config = { url: 'http://x/' }, mapping = {}, rules = [], delivery = {} }: Given) => ({
  config: { ...config },
  mapping,
  rules,
  delivery,
});

function saved(given: Given): Settings {
  const place = (field: string) => integrationSecretPlace(TENANT, 'one', field);
  const stored = { ...whole(given), secrets: sealed(given.secrets, place) };
  return readSettings(probe, stored, (text, field) => box.open(text, place(field)));
}

function unsaved(given: Given): Settings {
  const id = '7b6f3b9e-3a51-4f0e-9d8c-0f6a1d2c3b4a';
  const settings = {
    ...whole(given),
    secrets: sealed(given.secrets, (field) => jobSecretPlace(TENANT, id, field)),
  };
  const job: Job = {
    id,
    tenantId: TENANT,
    sink: probe.name,
    kind: 'check',
    integrationId: null,
    settings,
    input: {},
  };
  return settingsOfJob(probe, job, box);
}

const ways = [
  ['saved', saved],
  ['not saved', unsaved],
] as const;

const MANY = Array.from({ length: 51 }, () => ({ field: 'data.x', exists: true }));

describe.each(ways)('%s', (_name, read) => {
  test('valid settings, with their secrets decrypted and masked', () => {
    const settings = read({ mapping: { why: 'data.reason' }, delivery: { timeout_seconds: 3 } });
    expect(settings).toMatchObject({
      ok: true,
      config: { url: 'http://x/', token: 't0ken' },
      mapping: { why: 'data.reason' },
      rules: [],
      delivery: { timeout_seconds: 3 },
    });
    expect(settings.ok && settings.mask().mask('a t0ken b')).toBe('a *** b');
  });

  test.each([
    [{ config: { url: 'no url' } }, /^url: /],
    [{ secrets: {} }, /^token: /],
    [
      { config: { url: 'http://x/', token: 'in clear' } },
      /^token: is a secret; move it from "config" to "secrets"$/,
    ],
    [{ mapping: 'all of it' }, /^mapping: /],
    [{ rules: [{ colour: 'red' }] }, /^rules\.0: is not a rule/],
    [{ delivery: { timeout_seconds: 'long' } }, /^delivery\.timeout_seconds: /],
  ])('%j is invalid', (given: Given, reason) => {
    expect(read(given)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('a field with a secret anywhere inside', () => {
  const auth = z.union([
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('basic'), user: z.string(), password: z.string().meta({ secret: true }) }),
  ]);
  const keys = z.array(z.string().meta({ secret: true })).optional();
  const nested = {
    ...probe,
    config: z.object({ url: z.url(), token: z.string().meta({ secret: true }), auth, keys }),
  } as unknown as Sink;
  const basic = { kind: 'basic', user: 'bob', password: 'pa55-in-depth' };
  const secrets = { token: 't0ken', auth: JSON.stringify(basic), keys: '["k1-in-depth","k2-in-depth"]' };
  const read = (given: Given) => {
    const place = (field: string) => integrationSecretPlace(TENANT, 'one', field);
    const stored = { ...whole(given), secrets: sealed({ ...secrets, ...given.secrets }, place) };
    return readSettings(nested, stored, (text, field) => box.open(text, place(field)));
  };

  test('is encrypted as a whole, and the secret in it is masked', () => {
    const settings = read({});
    expect(settings).toMatchObject({
      ok: true,
      config: { token: 't0ken', auth: basic, keys: ['k1-in-depth', 'k2-in-depth'] },
    });
    const said = 'bob (basic) with pa55-in-depth, k2-in-depth and t0ken';
    expect(settings.ok && settings.mask().mask(said)).toBe('bob (basic) with ***, *** and ***');
  });

  test('is refused in plain text, and when it is not JSON', () => {
    expect(read({ config: { url: 'http://x/', auth: basic } })).toEqual({
      ok: false,
      reason: 'auth: is a secret; move it from "config" to "secrets"',
    });
    expect(read({ secrets: { auth: 'pa55-in-depth' } })).toEqual({
      ok: false,
      reason: expect.stringMatching(/^auth: (?!.*pa55)/),
    });
  });
});

test('stored settings may have more rules than a tenant may submit', () => {
  expect(saved({ rules: MANY }).ok).toBe(true);
  expect(unsaved({ rules: MANY })).toEqual({
    ok: false,
    reason: expect.stringContaining('has 51 conditions'),
  });
});

test('a secret that was encrypted for another place holds its integration', () => {
  const secrets = sealed({ token: 't0ken' }, (field) => integrationSecretPlace('other', 'one', field));
  const open = (text: string, field: string) => box.open(text, integrationSecretPlace(TENANT, 'one', field));
  expect(readSettings(probe, { ...whole({}), secrets }, open)).toEqual({
    ok: false,
    reason: expect.stringContaining('set the secret again'),
  });
});

test('a secret that needs a key that we do not have is told apart from a fault of the tenant', () => {
  const place = (field: string) => integrationSecretPlace(TENANT, 'one', field);
  const stored = { ...whole({}), secrets: sealed({ token: 't0ken' }, place) };
  const other = new SecretBox([Buffer.alloc(32, 9)]);
  expect(readSettings(probe, stored, (text, field) => other.open(text, place(field)))).toEqual({
    ok: false,
    keyUnknown: true,
    reason: expect.stringContaining('add that key to ENCRYPTION_KEY'),
  });
});

test('rules are read where the other settings are invalid', () => {
  const [one] = MANY;
  expect(readRules({ rules: [one] })).toEqual([one]);
  expect(readRules({ rules: [{ colour: 'red' }] })).toBeUndefined();
  expect(readRules({ rules: 'none' })).toBeUndefined();
});
