import { oauth2 } from '@switchboard/sink';
import { NOON, requestTo } from '@switchboard/sink/spec-kit';
import { refreshing, SETTINGS, setUp, tearDown } from './test-oauth2.ts';

afterEach(tearDown);

const fifty = <T>(fn: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, () => fn()));
const ALL_GOOD = Array(50).fill(200);

test('fifty calls at once need one refresh, and its token is stored before it is used', async () => {
  const { vendor, stored, call } = await setUp({ rotates: true });
  expect(await fifty(call)).toEqual(ALL_GOOD);
  expect(vendor.refreshes).toEqual([
    {
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0-from-settings',
      client_id: 'app',
      client_secret: 'client s3cret/+',
    },
  ]);
  expect(vendor.calls).toHaveLength(50);
  expect(stored).toEqual([{ accessToken: 'access-1-given', callsBefore: 0 }]);
});

test('fifty calls answered 401 refresh once, and each is repeated once', async () => {
  const { vendor, call } = await setUp({ rotates: true });
  await call();
  vendor.expire();
  expect(await fifty(call)).toEqual(ALL_GOOD);
  expect(vendor.refreshes).toHaveLength(2);
  expect(vendor.calls.filter(({ status }) => status === 401)).toHaveLength(50);
  expect(vendor.calls).toHaveLength(101);
});

test('a late 401 for a token that was already replaced causes no refresh', async () => {
  const { vendor, call, contextFor } = await setUp();
  const sent = await refreshing.authorize(requestTo(vendor.url), contextFor());
  vendor.expire();
  await call();
  refreshing.onUnauthorized?.(sent, contextFor());
  expect(await call()).toBe(200);
  expect(vendor.refreshes).toHaveLength(2);
});

test('a second 401 is returned', async () => {
  const { vendor, call } = await setUp();
  vendor.tokenAnswer = { body: { access_token: 'worth-nothing' } };
  expect(await call()).toBe(401);
  expect(vendor.calls).toHaveLength(2);
  expect(vendor.refreshes).toHaveLength(2);
  vendor.tokenAnswer = undefined;
  expect(await call()).toBe(200);
});

test('an endpoint that returns the same token again is called once for each 401', async () => {
  const { vendor, call } = await setUp();
  await call();
  vendor.expire();
  vendor.tokenAnswer = { body: { access_token: 'access-1-given' } };
  expect([await call(), await call()]).toEqual([401, 401]);
  expect(vendor.refreshes).toHaveLength(3);
});

test('a token is renewed a minute before it expires', async () => {
  const { vendor, clock, call } = await setUp({ expiresIn: 1_800 });
  await call();
  clock.at = NOON + 1_739_000;
  await call();
  expect(vendor.refreshes).toHaveLength(1);
  clock.at = NOON + 1_741_000;
  await call();
  expect(vendor.refreshes).toHaveLength(2);
  expect(vendor.calls.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test.each([
  ['lives ten seconds', 10, 7_000, 8_000],
  ['has its life time written as text', '3600', 3_539_000, 3_541_000],
])('a token that %s is used until shortly before its end', async (_, expiresIn, before, after) => {
  const { vendor, clock, call } = await setUp({ expiresIn });
  await call();
  clock.at = NOON + before;
  await call();
  expect(vendor.refreshes).toHaveLength(1);
  clock.at = NOON + after;
  await call();
  expect(vendor.refreshes).toHaveLength(2);
});

test.each([[undefined], [null], [0], [-5], ['soon']])(
  'with expires_in %p a token is used until a 401',
  async (expiresIn) => {
    const { vendor, clock, call } = await setUp({ expiresIn });
    await call();
    clock.at = NOON + 365 * 24 * 3_600_000;
    expect(await call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(1);
  },
);

describe('client credentials', () => {
  const client = (authStyle: 'body' | 'basic') =>
    oauth2<typeof SETTINGS & { url: string }>({
      grant: 'client_credentials',
      tokenUrl: ({ url }) => `${url}/token`,
      clientId: ({ clientId }) => clientId,
      clientSecret: ({ clientSecret }) => clientSecret,
      scopes: ['leads:write', 'notes:write'],
      authStyle,
    });

  test('in the form', async () => {
    const { vendor, call } = await setUp({ expiresIn: 3_600 }, client('body'));
    expect(await fifty(call)).toEqual(ALL_GOOD);
    expect(vendor.refreshes).toEqual([
      {
        grant_type: 'client_credentials',
        scope: 'leads:write notes:write',
        client_id: 'app',
        client_secret: 'client s3cret/+',
      },
    ]);
    vendor.expire();
    expect(await call()).toBe(200);
    expect(vendor.refreshes).toHaveLength(2);
  });

  test('as HTTP Basic, encoded as in RFC 6749', async () => {
    const { vendor, call } = await setUp({}, client('basic'));
    expect(await call()).toBe(200);
    const [{ headers, text } = { headers: {}, text: '' }] = vendor.requests;
    expect(headers).toMatchObject({
      authorization: `Basic ${Buffer.from('app:client+s3cret%2F%2B').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(text).toBe('grant_type=client_credentials&scope=leads%3Awrite+notes%3Awrite');
  });

  test('a new client secret gets its own token', async () => {
    const { vendor, call } = await setUp({}, client('body'));
    await call();
    expect(await call({ clientSecret: 'another one' })).toBe(200);
    expect(vendor.refreshes.map((form) => form['client_secret'])).toEqual(['client s3cret/+', 'another one']);
  });
});

test('the secrets of an integration are those of the settings, the tokens and the previous tokens', async () => {
  const { vendor, call, contextFor } = await setUp({ rotates: true });
  expect(refreshing.secrets(contextFor())).toEqual(['client s3cret/+', 'refresh-0-from-settings']);
  await call();
  vendor.expire();
  await call();
  expect([...refreshing.secrets(contextFor())].sort()).toEqual([
    'access-1-given',
    'access-2-given',
    'client s3cret/+',
    'refresh-0-from-settings',
    'refresh-1-rotated',
    'refresh-2-rotated',
  ]);
  expect(refreshing.secrets({ ...contextFor(), integrationId: 'crm-2' })).not.toContain('access-2-given');
});
