// A thousand tenants with two secrets each: a named tenant is found at once, by body or path; a sender that names none
// gets advice. And behind a proxy, limits count the sender and not the proxy.
import { randomBytes } from 'node:crypto';
import { decodeHeaders, topics } from '@switchboard/contracts';
import { readAll } from '@switchboard/kafka';
import { encryptionKeys, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { ingest } from './ingest.ts';
import { sign } from './signature.ts';

const TENANTS = 1_000;
const key = randomBytes(32).toString('hex');
const wide = 'the-platform-wide-secret-0';
const secretOf = (tenant: number, number = 1) => `secret-${number}-of-tenant-${tenant}-000000`;
let corner: Suite;
let service: RunningService;
let behindProxy: RunningService;

beforeAll(async () => {
  corner = await suite();
  const box = new SecretBox(encryptionKeys(key));
  const rows = Array.from({ length: 2 * TENANTS }, (_, index) => {
    const tenant = Math.floor(index / 2);
    const id = `t${tenant}-${index % 2}`;
    return {
      id,
      tenant: `t${tenant}`,
      sealed: box.seal(secretOf(tenant, index % 2), webhookSecretPlace(`t${tenant}`, id)),
    };
  });
  await corner.database.query(
    `insert into webhook_secrets (id, tenant_id, sealed, created_at)
     select id, tenant, sealed, now() - interval '1 day' + n * interval '1 second'
     from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t(id, tenant, sealed, n)`,
    [rows.map(({ id }) => id), rows.map(({ tenant }) => tenant), rows.map(({ sealed }) => sealed)],
  );
  const env = { ...corner.env, ENCRYPTION_KEY: key, WEBHOOK_SECRET: wide, DEFAULT_TENANT: 'house' };
  service = await startOnFreePort(ingest, { ...env, FAILED_SIGNATURES_PER_MINUTE: '50' });
  behindProxy = await startOnFreePort(ingest, {
    ...env,
    FAILED_SIGNATURES_PER_MINUTE: '2',
    TRUST_PROXY: '127.0.0.0/8,::1',
  });
  await eventually(async () => expect((await post(event('warm-up'), wide)).status).toBe(200));
});
afterAll(async () => {
  await service.stop();
  await behindProxy.stop();
  await corner.end();
});

const event = (conversation: string, more: object = {}) =>
  JSON.stringify({ event: 'message.sent', data: { conversation_id: conversation }, ...more });

async function post(
  body: string,
  secret: string,
  to: { path?: string; via?: RunningService; from?: string } = {},
) {
  const reply = await fetch(`${(to.via ?? service).url}/webhooks/helpninja${to.path ?? ''}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-helpninja-signature': sign(body, secret),
      ...(to.from === undefined ? {} : { 'x-forwarded-for': to.from }),
    },
    body,
  });
  return { status: reply.status, body: (await reply.json()) as { error?: string; message?: string } };
}

async function tenantOf(conversation: string): Promise<string | undefined> {
  const records = await readAll(corner.kafka, topics.events);
  const found = records.find((record) => record.key?.toString() === conversation);
  return found && decodeHeaders(found.headers)?.tenantId;
}

test.each([0, 1])('the tenant in the body, or in the path, and its secret %i are enough', async (number) => {
  const body = event(`by-body-${number}`, { tenant_id: 't999' });
  expect((await post(body, secretOf(999, number))).status).toBe(200);
  expect((await post(event(`by-path-${number}`), secretOf(998, number), { path: '/t998' })).status).toBe(200);
  expect(await tenantOf(`by-body-${number}`)).toBe('t999');
  expect(await tenantOf(`by-path-${number}`)).toBe('t998');
});

test('the platform-wide secret works with any claim; the path is not signed and gives the event to nobody', async () => {
  expect((await post(event('wide-1', { tenant_id: 't5' }), wide)).status).toBe(200);
  expect((await post(event('wide-2'), wide, { path: '/t6' })).status).toBe(200);
  expect((await post(event('wide-3', { tenant_id: 'new-here' }), wide, { path: '/t6' })).status).toBe(200);
  expect(await tenantOf('wide-1')).toBe('t5');
  expect(await tenantOf('wide-2')).toBe('house');
  expect(await tenantOf('wide-3')).toBe('new-here');
});

test('a wrong tenant name is refused, whoever signed', async () => {
  const answers = await Promise.all([
    post(event('x', { tenant_id: 't1' }), secretOf(2)),
    post(event('x', { tenant_id: 'nobody' }), secretOf(2)),
    post(event('x'), secretOf(2), { path: '/t1' }),
    post(event('x'), secretOf(2), { path: '/nobody' }),
    post(event('x', { tenant_id: 't1' }), secretOf(2), { path: '/t2' }),
  ]);
  for (const answer of answers) expect(answer).toEqual({ status: 401, body: answers[0]?.body });
});

test('without a name the oldest tenants are accepted, the others get advice', async () => {
  expect((await post(event('unnamed'), secretOf(31))).status).toBe(200);
  const { status, body } = await post(event('unnamed'), secretOf(32));
  expect([status, body.error]).toEqual([401, 'invalid_signature']);
  expect(body.message).toContain('tenant_id');
  expect(body.message).toContain('/webhooks/helpninja/TENANT');
});

test('no limit of an address refuses an event that the named tenant has signed', async () => {
  await eventually(async () =>
    expect((await post(event('x'), 'a-wrong-secret-0000000000')).status).toBe(429),
  );
  expect((await post(event('signed', { tenant_id: 't7' }), secretOf(7))).status).toBe(200);
  expect((await post(event('signed'), secretOf(7), { path: '/t7' })).status).toBe(200);
});

test('X-Forwarded-For is ignored, except from a trusted proxy', async () => {
  // The test before has used up the limit of this address.
  const fresh = () => `203.0.113.${Math.floor(Math.random() * 250)}`;
  expect((await post(event('x'), 'a-wrong-secret-0000000000', { from: fresh() })).status).toBe(429);
});

test('behind a trusted proxy each sender has its own limit, and none can pose as another', async () => {
  const bad = async (from: string) =>
    (await post(event('x'), 'a-wrong-secret-0000000000', { via: behindProxy, from })).status;
  expect([await bad('203.0.113.1'), await bad('203.0.113.1'), await bad('203.0.113.1')]).toEqual([
    401, 401, 429,
  ]);
  expect(await bad('203.0.113.2')).toBe(401);
  // A value that a sender writes itself comes before the value that the proxy adds.
  expect(await bad('203.0.113.77, 203.0.113.1')).toBe(429);
  expect(await bad('127.0.0.1, 203.0.113.1')).toBe(429);
});
