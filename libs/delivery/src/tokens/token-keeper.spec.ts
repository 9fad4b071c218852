import { InfrastructureError } from '@switchboard/contracts';
import { EgressError } from '@switchboard/egress';
import { NOON } from '@switchboard/sink/spec-kit';
import { setUp, tearDown } from './test-oauth2.ts';

afterEach(tearDown);

const refreshTokens = (refreshes: readonly Record<string, string>[]) =>
  refreshes.map((form) => form['refresh_token']);

describe('several processes', () => {
  test('use rotated refresh tokens in turn', async () => {
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

  test('a token that was stored and never used is used by the next process', async () => {
    const { vendor, stored, start, failure } = await setUp({ rotates: true });
    vendor.apiDown = true;
    expect(await failure()).toBeInstanceOf(EgressError);
    expect(stored).toHaveLength(1);
    vendor.apiDown = false;
    expect(await start().call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(1);
  });

  test('a token that another process renewed is used', async () => {
    const { vendor, start, call, tokens } = await setUp({ rotates: true });
    await call();
    vendor.expire();
    expect(await start().call()).toBe(200);
    expect(await call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(2);
    const secrets = ['access-2-given', 'refresh-2-rotated', 'access-1-given', 'refresh-1-rotated'];
    expect(tokens.secrets('crm-1')).toEqual(secrets);
  });

  test('processes that renew at the same moment use the refresh token once', async () => {
    const { vendor, start, call } = await setUp({ rotates: true });
    await call();
    vendor.expire();
    const others = [start(), start(), start()];
    expect(await Promise.all([call(), ...others.map((other) => other.call())])).toEqual([200, 200, 200, 200]);
    expect(refreshTokens(vendor.refreshes)).toEqual(['refresh-0-from-settings', 'refresh-1-rotated']);
  });

  test('a process that waits for another one goes on when that one gets no token', async () => {
    const { vendor, start, failure } = await setUp({ rotates: true });
    vendor.tokenAnswer = { status: 503 };
    const all = await Promise.all([failure(), start().failure()]);
    expect(all.map((error) => error?.code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(vendor.refreshes).toHaveLength(2);
  });

  test('a rotated token that could not be stored is lost with its process, and the integration is broken', async () => {
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

test('tokens that could not be stored are not used, and are stored before anything else', async () => {
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

  test('a new connection starts with its own refresh token, whatever is stored', async () => {
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

  test('in-flight deliveries with the old settings do no harm', async () => {
    const { vendor, start, call, failure } = await setUp({ rotates: true });
    await call();
    vendor.connect('refresh-0-connected-anew');
    await call(CONNECTED_ANEW);
    expect(await failure()).toMatchObject({ code: 'REFUSED' });
    expect(await call(CONNECTED_ANEW)).toBe(200);
    expect(await start().call(CONNECTED_ANEW)).toBe(200);
  });

  test('a new client secret keeps the connection, and ends the failure of the old one', async () => {
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

describe('while the token endpoint fails', () => {
  test('one failure counts for all callers until its time is over', async () => {
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

  test('a refusal is not repeated by every delivery, and is tried again later', async () => {
    const { vendor, clock, call, failure } = await setUp();
    vendor.tokenAnswer = { status: 400, body: { error: 'invalid_grant' } };
    for (let round = 0; round < 20; round++) expect(await failure()).toMatchObject({ code: 'REFUSED' });
    expect(vendor.refreshes).toHaveLength(1);
    vendor.tokenAnswer = undefined;
    clock.at += 31_000;
    expect(await call()).toBe(200);
  });

  test('a clock that is set back does not prolong the failure', async () => {
    const { vendor, clock, call, failure } = await setUp();
    vendor.tokenAnswer = { status: 503 };
    await failure();
    vendor.tokenAnswer = undefined;
    clock.at = NOON - 3_600_000;
    expect(await call()).toBe(200);
  });

  test('a token that has not expired is still used', async () => {
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
