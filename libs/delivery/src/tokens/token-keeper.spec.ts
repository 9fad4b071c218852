import { InfrastructureError } from '@switchboard/contracts';
import { EgressError } from '@switchboard/egress';
import { NOON } from '@switchboard/sink/spec-kit';
import { setUp, tearDown } from './test-oauth2.ts';

afterEach(tearDown);

const refreshTokens = (refreshes: readonly Record<string, string>[]) =>
  refreshes.map((form) => form['refresh_token']);

describe('over processes', () => {
  test('rotated refresh tokens follow each other', async () => {
    const { vendor, start, call } = await setUp({ rotates: true });
    await call();
    for (let round = 0; round < 3; round++) {
      vendor.expire();
      expect(await start().call()).toBe(200);
    }
    expect(refreshTokens(vendor.refreshes)).toEqual([
      'refresh-0-from-settings',
      'refresh-1-rotated',
      'refresh-2-rotated',
      'refresh-3-rotated',
    ]);
  });

  test('a token that was stored and never used serves the next process', async () => {
    const { vendor, stored, start, failure } = await setUp({ rotates: true });
    vendor.apiDown = true;
    expect(await failure()).toBeInstanceOf(EgressError);
    expect(stored).toHaveLength(1);
    vendor.apiDown = false;
    expect(await start().call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(1);
  });

  test('a token renewed by another process is taken over', async () => {
    const { vendor, start, call, tokens } = await setUp({ rotates: true });
    await call();
    vendor.expire();
    expect(await start().call()).toBe(200);
    expect(await call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(2);
    const secrets = ['access-2-given', 'refresh-2-rotated', 'access-1-given', 'refresh-1-rotated'];
    expect(tokens.secrets('crm-1')).toEqual(secrets);
  });

  test('two that renew at the same moment use the refresh token once', async () => {
    const { vendor, start, call } = await setUp({ rotates: true });
    await call();
    vendor.expire();
    const others = [start(), start(), start()];
    expect(await Promise.all([call(), ...others.map((other) => other.call())])).toEqual([200, 200, 200, 200]);
    expect(refreshTokens(vendor.refreshes)).toEqual(['refresh-0-from-settings', 'refresh-1-rotated']);
  });

  test('who waits for another one that gets no token goes on by itself', async () => {
    const { vendor, start, failure } = await setUp({ rotates: true });
    vendor.tokenAnswer = { status: 503 };
    const all = await Promise.all([failure(), start().failure()]);
    expect(all.map((error) => error?.code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(vendor.refreshes).toHaveLength(2);
  });

  test('a rotated token that nobody could store is lost with its process, and a person is asked', async () => {
    const { vendor, store, start, failure } = await setUp({ rotates: true });
    store.failures = 1;
    expect(await failure()).toBeInstanceOf(InfrastructureError);
    store.endLocks();
    expect((await start().failure())?.outcome).toMatchObject({
      kind: 'broken',
      reason: expect.stringMatching(/answered 400 invalid_grant; connect the integration again$/),
    });
    expect(vendor.calls).toEqual([]);
  });
});

test('tokens that could not be stored are not used, and are stored before anything else is tried', async () => {
  const { vendor, store, stored, failure, call } = await setUp({ rotates: true });
  await call();
  vendor.expire();
  store.failures = 3;
  for (let round = 0; round < 3; round++) expect(await failure()).toBeInstanceOf(InfrastructureError);
  expect(vendor.calls.map(({ token }) => token)).not.toContain('access-2-given');
  expect(await call()).toBe(200);
  expect(vendor.refreshes).toHaveLength(2);
  expect(stored.map(({ accessToken }) => accessToken)).toEqual(['access-1-given', 'access-2-given']);
});

describe('settings that change', () => {
  const CONNECTED_ANEW = { refreshToken: 'refresh-0-connected-anew' };

  test('a new connection begins with its own token, whatever was stored', async () => {
    const { vendor, call, failure } = await setUp({ rotates: true });
    await call();
    vendor.connect('refresh-0-connected-anew');
    expect((await failure())?.outcome.kind).toBe('broken');
    expect(await call(CONNECTED_ANEW)).toBe(200);
    expect(refreshTokens(vendor.refreshes)).toEqual([
      'refresh-0-from-settings',
      'refresh-1-rotated',
      'refresh-0-connected-anew',
    ]);
  });

  test('deliveries under way with the settings before spoil nothing', async () => {
    const { vendor, start, call, failure } = await setUp({ rotates: true });
    await call();
    vendor.connect('refresh-0-connected-anew');
    await call(CONNECTED_ANEW);
    expect(await failure()).toMatchObject({ code: 'REFUSED' });
    expect(await call(CONNECTED_ANEW)).toBe(200);
    expect(await start().call(CONNECTED_ANEW)).toBe(200);
  });

  test('a client secret that was exchanged keeps the connection, and ends the trouble with the one before', async () => {
    const { vendor, call, failure } = await setUp({ rotates: true });
    await call();
    vendor.expire();
    vendor.tokenAnswer = { status: 401, body: { error: 'invalid_client' } };
    expect(await failure()).toMatchObject({ code: 'REFUSED' });
    vendor.tokenAnswer = undefined;
    expect(await call({ clientSecret: 'another one' })).toBe(200);
    expect(vendor.refreshes.at(-1)).toMatchObject({
      refresh_token: 'refresh-1-rotated',
      client_secret: 'another one',
    });
  });
});

describe('while the token endpoint is in trouble', () => {
  test('one failure stands for all until its time is over', async () => {
    const { vendor, clock, call, failure } = await setUp();
    vendor.tokenAnswer = { status: 503 };
    const first = await Promise.all(Array.from({ length: 50 }, () => failure()));
    expect(first.map((error) => error?.afterSeconds)).toEqual(Array(50).fill(2));
    clock.at += 1_500;
    expect((await failure())?.afterSeconds).toBeCloseTo(0.5);
    expect(vendor.refreshes).toHaveLength(1);
    for (const seconds of [4, 8, 16, 32, 60, 60]) {
      clock.at += 60_000;
      expect((await failure())?.afterSeconds).toBe(seconds);
    }
    vendor.tokenAnswer = undefined;
    clock.at += 60_000;
    expect(await call()).toBe(200);
    expect(vendor.calls).toHaveLength(1);
    vendor.expire();
    vendor.tokenAnswer = { status: 503 };
    expect((await failure())?.afterSeconds).toBe(2);
  });

  test('a refusal is not repeated by every delivery, and is asked about again later', async () => {
    const { vendor, clock, call, failure } = await setUp();
    vendor.tokenAnswer = { status: 400, body: { error: 'invalid_grant' } };
    for (let round = 0; round < 20; round++) expect(await failure()).toMatchObject({ code: 'REFUSED' });
    expect(vendor.refreshes).toHaveLength(1);
    vendor.tokenAnswer = undefined;
    clock.at += 31_000;
    expect(await call()).toBe(200);
  });

  test('a clock that is put back does not make it last', async () => {
    const { vendor, clock, call, failure } = await setUp();
    vendor.tokenAnswer = { status: 503 };
    await failure();
    vendor.tokenAnswer = undefined;
    clock.at = NOON - 3_600_000;
    expect(await call()).toBe(200);
  });

  test('a token that has not expired goes on serving', async () => {
    const { vendor, clock, call, failure } = await setUp({ expiresIn: 1_800 });
    await call();
    vendor.tokenAnswer = { status: 503 };
    clock.at = NOON + 1_750_000;
    expect(await call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(2);
    clock.at = NOON + 1_800_000;
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('but not one that was answered 401', async () => {
    const { vendor, call, failure } = await setUp({ expiresIn: 1_800 });
    await call();
    vendor.expire();
    vendor.tokenAnswer = { status: 503 };
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await failure()).toMatchObject({ code: 'UNAVAILABLE' });
    expect(vendor.calls.filter(({ status }) => status === 401)).toHaveLength(1);
  });
});
