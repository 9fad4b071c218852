import { createHmac } from 'node:crypto';
import { httpStub, type StubRequest } from '@switchboard/testing';
import { contextOf, NOON, requestTo } from '../spec-kit.ts';
import { AuthError } from './auth.ts';
import { type HmacDialect, hmac, standardSignature, standardWebhooks } from './signatures.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SECOND = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const LEAD = '{"type":"lead.created","data":{"name":"Õnne Tamm"}}';

const webhooks = standardWebhooks<{ secrets: string[] }>({ secrets: ({ secrets }) => secrets });
const signed = async (secrets: string[], id: string, seconds: number, body: string) => {
  const context = contextOf({ secrets }, { idempotencyKey: id, now: () => seconds * 1000 + 999 });
  return (await webhooks.authorize(requestTo('https://example.com/hook', body), context)).headers;
};

// The first example is from the tests of the specification's libraries.
test.each([
  [
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    SECRET,
    1614265330,
    '{"test": 2432232314}',
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ],
  ['msg_own_1', SECRET, 1700000000, LEAD, 'P42qT/BlBPM0eHrR1XsqVWjCr4UmrWmCnGXDc46JBkM='],
  ['msg_own_1', SECOND, 1700000000, LEAD, 'jyOkxA3mMZs94zRUfTNlQkGtWWjDsI+oM0Xg/Y3nonM='],
  ['msg_own_2', SECRET, 1700000000, '', 'V9NYcuXAoVk7mVyvzkqSy2mq9w6/LCK5+QDduB3Ej7E='],
])('Standard Webhooks signs %s with %s', async (id, secret, seconds, body, signature) => {
  const expected = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
  expect(await signed([secret], id, seconds, body)).toEqual(expected);
  expect(await signed([secret.replace('whsec_', '')], id, seconds, body)).toEqual(expected);
});

test('while a secret is rotated there is a signature for each', async () => {
  const headers = await signed([SECOND, SECRET], 'msg_own_1', 1700000000, LEAD);
  expect(headers['webhook-signature']).toBe(
    'v1,jyOkxA3mMZs94zRUfTNlQkGtWWjDsI+oM0Xg/Y3nonM= v1,P42qT/BlBPM0eHrR1XsqVWjCr4UmrWmCnGXDc46JBkM=',
  );
});

test('a later attempt has the same id, its own timestamp and its own signature', async () => {
  const first = await signed([SECRET], 'msg_1', 1700000000, LEAD);
  const later = await signed([SECRET], 'msg_1', 1700000300, LEAD);
  expect(later['webhook-id']).toBe(first['webhook-id']);
  expect(later['webhook-timestamp']).toBe('1700000300');
  expect(later['webhook-signature']).not.toBe(first['webhook-signature']);
});

test('a receiver finds the signature over the bytes that arrive', async () => {
  const stub = await httpStub(() => ({}));
  try {
    const context = contextOf({ secrets: [SECRET] });
    const sent = await webhooks.authorize(requestTo(stub.url, LEAD), context);
    await fetch(sent.url, { method: sent.method, headers: { ...sent.headers }, body: sent.body });
    const { headers, text } = stub.requests[0] as StubRequest;
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
    );
    expect(headers['webhook-timestamp']).toBe(String(NOON / 1000));
  } finally {
    await stub.close();
  }
});

test('bytes that are not text are signed as they are', () => {
  const [key, one, other] = [Buffer.alloc(24, 1), Buffer.from([0xff]), Buffer.from([0xfe])];
  expect(standardSignature(key, 'a', 1, one)).not.toBe(standardSignature(key, 'a', 1, other));
});

// The example in GitHub's documentation of its webhooks, and the same digest in other encodings.
const HEX = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
test.each<[HmacDialect, string]>([
  ['sha256=hex', `sha256=${HEX}`],
  ['hex', HEX],
  ['base64', Buffer.from(HEX, 'hex').toString('base64')],
])('HMAC over the body as %s', async (dialect, expected) => {
  const auth = hmac<{ secret: string }>({
    header: 'X-Hub-Signature-256',
    secret: ({ secret }) => secret,
    dialect,
  });
  const context = contextOf({ secret: "It's a Secret to Everybody" });
  const { headers } = await auth.authorize(requestTo('https://example.com/', 'Hello, World!'), context);
  expect(headers).toEqual({ 'x-hub-signature-256': expected });
  expect(auth.secrets(context)).toEqual(["It's a Secret to Everybody"]);
});

const SHORT = Buffer.alloc(23, 7).toString('base64');
test.each([
  ['no secret', webhooks, { secrets: [] }],
  ['an empty one', webhooks, { secrets: [SECRET, 'whsec_'] }],
  ['one that can be guessed', webhooks, { secrets: [SHORT] }],
  ['one that is no base64', webhooks, { secrets: [`${SECRET}!`] }],
  ['a short text', hmac({ header: 'x', secret: () => 'seventeen letters', dialect: 'hex' }), { secrets: [] }],
])('%s signs nothing', async (_, auth, config) => {
  const error = await auth
    .authorize(requestTo('https://example.com/', LEAD), contextOf(config))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthError);
  expect((error as AuthError).outcome).toMatchObject({ kind: 'broken', reason: /^signing the body: .*set/ });
  for (const text of [...config.secrets, 'seventeen letters'].filter(Boolean)) {
    expect((error as AuthError).message).not.toContain(text);
  }
});

test('the secret to mask is the part after its prefix', () => {
  expect(webhooks.secrets(contextOf({ secrets: [SECRET] }))).toEqual(['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
});
