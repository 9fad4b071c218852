import fc from 'fast-check';
import { z } from 'zod';
import { contextOf, requestTo } from '../spec-kit.ts';
import type { Auth } from './auth.ts';
import { AuthError } from './auth.ts';
import { apiKey, basic, bearer } from './credentials.ts';

const URL_TO = 'https://api.example.com/v1/leads?q=a%20b&x=1';
const config = { key: 'k-0123456789' };
type Config = typeof config;
const key = (settings: Config) => settings.key;

const authorized = (auth: Auth<Config>, settings = config, headers = {}) =>
  auth.authorize(requestTo(URL_TO, '{}', headers), contextOf(settings));

test("a bearer token replaces the sink's own header, in any case", async () => {
  const sent = await authorized(bearer(key), config, { Authorization: 'mine', accept: 'text/csv' });
  expect(sent.headers).toEqual({ accept: 'text/csv', authorization: 'Bearer k-0123456789' });
  expect(sent).toMatchObject({ method: 'POST', url: URL_TO, body: Buffer.from('{}') });
});

// The examples of RFC 7617, sections 2 and 2.1; below them forms that vendors use.
test.each([
  ['Aladdin', 'open sesame', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['test', '123£', 'Basic dGVzdDoxMjPCow=='],
  ['ana@example.com/token', 'abc:def', 'Basic YW5hQGV4YW1wbGUuY29tL3Rva2VuOmFiYzpkZWY='],
  ['key', '', 'Basic a2V5Og=='],
])('the pair %s and %s is %s', async (user, password, expected) => {
  const auth = basic<{ user: string; password: string }>({
    user: (settings) => settings.user,
    password: (settings) => settings.password,
  });
  const context = contextOf({ user, password });
  const { headers } = await auth.authorize(requestTo(URL_TO), context);
  expect(headers).toEqual({ authorization: expected });
  expect(auth.secrets(context)).toEqual([user, password]);
});

test('an API key goes into a header', async () => {
  const auth = apiKey({ header: 'X-Api-Key', value: key });
  expect((await authorized(auth)).headers).toEqual({ 'x-api-key': 'k-0123456789' });
  expect(auth.secrets(contextOf(config))).toEqual(['k-0123456789']);
});

test('with a word before the key, both the whole value and the key are secret', () => {
  const auth = apiKey({ header: 'authorization', value: (settings: Config) => `Token ${settings.key}` });
  expect(auth.secrets(contextOf(config))).toEqual(['Token k-0123456789', 'k-0123456789']);
});

test('an API key goes into the query and leaves the rest of it as it is', async () => {
  const auth = apiKey({ query: 'api key', value: key });
  expect((await authorized(auth)).url).toBe(`${URL_TO}&api%20key=k-0123456789`);
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), async (text) => {
      const { url } = await authorized(auth, { key: text });
      expect(new URL(url).searchParams.get('api key')).toBe(text);
      expect(url.startsWith(`${URL_TO}&`)).toBe(true);
    }),
  );
});

test('an invalid URL is left to the client to refuse', async () => {
  const auth = apiKey({ query: 'key', value: key });
  expect((await auth.authorize(requestTo('no url'), contextOf(config))).url).toBe('no url');
});

const pair = (user: string, password: string): Auth<Config> =>
  basic({ user: () => user, password: () => password });
test.each([
  ['an empty token', bearer(() => '')],
  ['a pasted line break', bearer((settings: Config) => `${settings.key}\r\nx-evil: 1`)],
  ['a smart quote', apiKey({ header: 'x-api-key', value: (settings: Config) => `“${settings.key}”` })],
  ['an empty key', apiKey({ query: 'key', value: () => '' })],
  ['a colon in the user', pair('a:b', config.key)],
  ['a line break in the password', pair('a', `${config.key}\n`)],
])('%s is the fault of the settings, and the error does not contain it', async (_, auth) => {
  const error = await authorized(auth).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthError);
  expect((error as AuthError).outcome).toMatchObject({ kind: 'broken', reason: /set (it|them) again/ });
  expect((error as AuthError).message).not.toContain(config.key);
});

test('an invalid header name is the fault of the sink', () => {
  expect(() => apiKey({ header: 'x api', value: key })).toThrow(RangeError);
});

test('an Auth type-checks only with a sink that has the settings it reads', async () => {
  const schema = z.object({ token: z.string() });
  const declare = <Settings extends z.ZodObject>(sink: {
    config: Settings;
    auth: Auth<z.output<Settings>>;
  }) => sink;
  const auth = bearer(({ token }: z.output<typeof schema>) => token);
  const kept: Auth = declare({ config: schema, auth }).auth;
  const { headers } = await kept.authorize(requestTo(URL_TO), contextOf({ token: 'abc' }));
  expect(headers).toEqual({ authorization: 'Bearer abc' });
  // @ts-expect-error these settings have no token
  declare({ config: z.object({ key: z.string() }), auth });
});
