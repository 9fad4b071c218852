import { inspect } from 'node:util';
import { parseAllowList } from '@switchboard/egress';
import type { StubAnswer } from '@switchboard/testing';
import { SETTINGS, setUp, tearDown } from './test-oauth2.ts';

afterEach(tearDown);

const reply = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
});
/** What vendors add to a refusal, and what nobody may read in a log. */
const REPEATED = { error_description: `unknown token ${SETTINGS.refreshToken} of ${SETTINGS.clientSecret}` };

test.each<[string, StubAnswer, RegExp]>([
  ['RFC 6749', reply(400, { error: 'invalid_grant', ...REPEATED }), /400 invalid_grant; connect/],
  [
    'HubSpot',
    reply(400, { status: 'BAD_REFRESH_TOKEN', message: SETTINGS.refreshToken }),
    /BAD_REFRESH_TOKEN; connect/,
  ],
  [
    'HubSpot, account gone',
    reply(400, { status: 'BAD_HUB', error: 'access_denied' }),
    /access_denied; connect/,
  ],
  ['GitHub', reply(200, { error: 'bad_refresh_token', ...REPEATED }), /200 bad_refresh_token; connect/],
  [
    'a wrong client',
    reply(401, { error: 'invalid_client', ...REPEATED }),
    /401 invalid_client; check the client/,
  ],
  ['a wrong scope', reply(400, { error: 'invalid_scope' }), /check the scopes/],
  [
    'a reason nobody knows',
    reply(400, { error: SETTINGS.refreshToken }),
    /answered 400; check the token URL/,
  ],
  ['a page', reply(404, '<html>not found</html>'), /answered 404; check the token URL/],
  ['a redirect', reply(302, '', { location: '/elsewhere' }), /answered 302; check the token URL/],
])('%s: the integration is broken', async (_, answer, reason) => {
  const { vendor, failure } = await setUp();
  vendor.tokenAnswer = answer;
  const error = await failure();
  expect(error).toMatchObject({ name: 'AuthError', code: 'REFUSED' });
  expect(error?.outcome).toMatchObject({ kind: 'broken', reason: expect.stringMatching(reason) });
  expectNoSecret(error);
  expect(vendor.calls).toEqual([]);
});

test.each<[string, StubAnswer, number]>([
  ['429 with a time', reply(429, {}, { 'retry-after': '7' }), 7],
  ['429 without', reply(429, { error: 'invalid_request' }), 10],
  ['a time beyond all measure', reply(503, '', { 'retry-after': '999999999' }), 24 * 3_600],
  ['503', reply(503, REPEATED), 2],
  ['the wrong connection', reply(421, ''), 2],
  ['a 400 that passes', reply(400, { error: 'temporarily_unavailable' }), 2],
  ['no token', reply(200, { token: SETTINGS.refreshToken }), 2],
  ['an empty token', reply(200, { access_token: '' }), 2],
  ['no JSON', reply(200, 'ok'), 2],
  ['no answer', { fault: 'hang' }, 2],
  ['a cut connection', { fault: 'reset' }, 2],
])('%s: another try later', async (_, answer, after) => {
  const { vendor, start } = await setUp();
  vendor.tokenAnswer = answer;
  const error = await start({ timeoutMs: answer.fault === 'hang' ? 300 : 20_000 }).failure();
  expect(error).toMatchObject({ name: 'AuthError', code: 'UNAVAILABLE' });
  expect(error?.outcome).toMatchObject({ kind: 'retry', afterSeconds: after });
  expectNoSecret(error);
  expect(vendor.calls).toEqual([]);
});

test('an invalid token URL is the fault of the settings', async () => {
  const { failure } = await setUp();
  const error = await failure({ url: `no url ${SETTINGS.clientSecret}` });
  expect(error?.outcome).toMatchObject({ kind: 'broken', reason: expect.stringContaining('token URL') });
  expectNoSecret(error);
});

test('a token URL in a private network is the fault of the settings', async () => {
  const { vendor, start } = await setUp();
  const error = await start({ guard: { allow: parseAllowList('') } }).failure();
  expect(error?.outcome).toMatchObject({
    kind: 'broken',
    reason: expect.stringMatching(/check the token URL$/),
  });
  expect(vendor.refreshes).toEqual([]);
});

test('a token that no header can carry is not sent', async () => {
  const { vendor, failure } = await setUp();
  vendor.tokenAnswer = { body: { access_token: 'a\r\nx-evil: 1' } };
  expect(await failure()).toMatchObject({ code: 'UNUSABLE' });
  expect(vendor.calls).toEqual([]);
});

/** Nothing that is logged of an error, causes and all, names a secret. */
function expectNoSecret(error: unknown): void {
  const everything = inspect(error, { depth: 20, showHidden: true });
  expect(everything).toContain('AuthError');
  for (const secret of [SETTINGS.refreshToken, SETTINGS.clientSecret, 'client+s3cret%2F%2B']) {
    expect(everything).not.toContain(secret);
  }
}
