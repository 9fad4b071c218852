// Stored signing secrets that the ENCRYPTION_KEY of a running ingest does not decrypt: a signature that may be valid is not
// refused for good, and the condition names the cause.
import { randomBytes } from 'node:crypto';
import { encryptionKeys, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { ingest } from './ingest.ts';
import { postSigned } from './test-process.ts';

const oldKey = randomBytes(32).toString('hex');
const newKey = randomBytes(32).toString('hex');
const wide = 'the-platform-wide-secret-0';
const wrong = 'a-wrong-secret-0000000000';
const ofAcme = 'the-secret-of-acme-0000000';
const newOfAcme = 'the-new-secret-of-acme-000';
const ofGlobex = 'the-secret-of-globex-00000';
let corner: Suite;
let service: RunningService;

beforeEach(async () => {
  corner = await suite();
});
afterEach(async () => {
  await service.stop();
  await corner.end();
});

/** Stores a secret as the setup does whose ENCRYPTION_KEY is `keys`. */
async function store(keys: string, tenant: string, number: number, secret: string): Promise<void> {
  const id = `${tenant}-${number}`;
  const sealed = new SecretBox(encryptionKeys(keys)).seal(secret, webhookSecretPlace(tenant, id));
  await corner.database.query(
    `insert into webhook_secrets (id, tenant_id, sealed) values ($1, $2, $3)
     on conflict (id) do update set sealed = excluded.sealed`,
    [id, tenant, sealed],
  );
}

async function start(key: string, platformWide: string): Promise<void> {
  service = await startOnFreePort(ingest, {
    ...corner.env,
    ENCRYPTION_KEY: key,
    WEBHOOK_SECRET: platformWide,
    DEFAULT_TENANT: 'house',
  });
}

const post = (secret: string, tenant?: string) =>
  postSigned(service.url, secret, {
    event: 'message.sent',
    ...(tenant === undefined ? {} : { tenant_id: tenant }),
    data: { conversation_id: 'c' },
  });

async function health(path = ''): Promise<{ status: number; text: string }> {
  const reply = await fetch(`${service.url}/health${path}`);
  return { status: reply.status, text: await reply.text() };
}

test('while a key is rotated, secrets that were decrypted once stay valid, and what cannot be checked gets 503', async () => {
  await store(oldKey, 'acme', 1, ofAcme);
  await start(oldKey, wide);
  expect(await post(ofAcme, 'acme')).toBe(200);
  await store(`${newKey},${oldKey}`, 'acme', 1, ofAcme);
  await store(`${newKey},${oldKey}`, 'acme', 2, newOfAcme);
  await store(oldKey, 'globex', 1, ofGlobex);
  // This one is stored last, so when it is known, the others have been read again.
  await eventually(async () => expect(await post(ofGlobex, 'globex')).toBe(200));
  expect(await post(ofAcme, 'acme')).toBe(200);
  expect(await post(newOfAcme, 'acme')).toBe(503);
  expect(await post(newOfAcme)).toBe(503);
  expect(await post(wide)).toBe(200);
  expect(await post(wrong, 'globex')).toBe(401);
  expect(await health('/ready')).toMatchObject({
    status: 200,
    text: expect.stringContaining('"tenant_secrets":"undecryptable"'),
  });
  expect((await health()).text).toContain('"status":"degraded"');
  await corner.database.query(`delete from webhook_secrets where tenant_id = 'acme'`);
  await eventually(async () => expect(await post(ofAcme, 'acme')).toBe(401));
  expect((await health('/ready')).text).toContain('"tenant_secrets":"current"');
});

test('a start with a key that decrypts nothing is not ready, and refuses no signature for good', async () => {
  await store(oldKey, 'acme', 1, ofAcme);
  await start(newKey, '');
  expect(await post(ofAcme, 'acme')).toBe(503);
  expect(await post(ofAcme)).toBe(503);
  expect(await health('/ready')).toMatchObject({
    status: 503,
    text: expect.stringContaining('ENCRYPTION_KEY'),
  });
  expect((await health()).text).toContain('"tenant_secrets":"undecryptable"');
});
