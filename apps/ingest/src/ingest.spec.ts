// Ingest over real HTTP, with a real broker and database.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { decodeHeaders, topics } from '@switchboard/contracts';
import { readAll } from '@switchboard/kafka';
import { encryptionKeys, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { ingest } from './ingest.ts';
import { sign } from './signature.ts';

const key = randomBytes(32).toString('hex');
const secrets = {
  old: 'the-old-secret-of-acme-00',
  fresh: 'the-fresh-secret-of-acme-',
  globex: 'the-secret-of-globex-0000',
  wide: 'the-platform-wide-secret-0',
};
let corner: Suite;
let service: RunningService;

async function store(id: string, tenant: string, secret: string): Promise<void> {
  const sealed = new SecretBox(encryptionKeys(key)).seal(secret, webhookSecretPlace(tenant, id));
  await corner.database.query('insert into webhook_secrets (id, tenant_id, sealed) values ($1, $2, $3)', [
    id,
    tenant,
    sealed,
  ]);
}

beforeAll(async () => {
  corner = await suite();
  await store('acme-1', 'acme', secrets.old);
  await store('acme-2', 'acme', secrets.fresh);
  await store('globex-1', 'globex', secrets.globex);
  service = await startOnFreePort(ingest, {
    ...corner.env,
    ENCRYPTION_KEY: key,
    WEBHOOK_SECRET: secrets.wide,
    FAILED_SIGNATURES_PER_MINUTE: '20',
  });
  await eventually(async () => {
    const reply = await post(lead('warm-up'));
    expect(reply.status).toBe(200);
  });
});
afterAll(async () => {
  await service.stop();
  await corner.end();
});

const lead = (conversation: string, more: object = {}) =>
  JSON.stringify({
    event: 'lead.qualified',
    data: { conversation_id: conversation, qualification_score: 5, customer_email: 'a@example.com' },
    ...more,
  });

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  secret = secrets.fresh,
) {
  const reply = await fetch(`${service.url}/webhooks/helpninja`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-helpninja-signature': sign(Buffer.from(body), secret),
      ...headers,
    },
    body,
  });
  return {
    status: reply.status,
    headers: reply.headers,
    body: (await reply.json()) as Record<string, unknown>,
  };
}
const accepted = async () =>
  (await readAll(corner.kafka, topics.events)).map((record) => ({
    record,
    event: decodeHeaders(record.headers),
  }));

test('a signed event is acknowledged when it is on the topic, with its bytes, key and headers', async () => {
  const body = lead('conv-1', { timestamp: '2026-05-05T05:05:05Z' });
  const before = Date.now();
  expect(await post(body)).toMatchObject({ status: 200, body: { received: true } });
  const found = (await accepted()).find(({ record }) => record.key?.toString() === 'conv-1');
  expect(found?.record.value?.toString()).toBe(body);
  expect(found?.record.timestamp).toBeGreaterThanOrEqual(before);
  expect(found?.event).toMatchObject({
    type: 'lead.qualified',
    tenantId: 'acme',
    source: '/webhooks/helpninja',
    time: '2026-05-05T05:05:05Z',
  });
});

test('the traceparent of the request goes with the event, and an invalid one does not', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post(lead('conv-traced'), { traceparent });
  await post(lead('conv-garbled'), { traceparent: `${traceparent}0` });
  await post(lead('conv-plain'));
  const all = await accepted();
  const traceOf = (key: string) => {
    const found = all.find(({ record }) => record.key?.toString() === key);
    expect(found).toBeDefined();
    return found?.record.headers['traceparent']?.toString();
  };
  expect(traceOf('conv-traced')).toBe(traceparent);
  expect(traceOf('conv-garbled')).toBeUndefined();
  expect(traceOf('conv-plain')).toBeUndefined();
});

test('a repeated post gets the same response and the same id', async () => {
  const body = lead('conv-repeat');
  expect((await post(body)).body).toEqual({ received: true });
  expect((await post(body, {}, secrets.old)).body).toEqual({ received: true });
  const ids = (await accepted())
    .filter(({ record }) => record.key?.toString() === 'conv-repeat')
    .map(({ event }) => event?.id);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('the owner of the secret is the tenant', async () => {
  await post(lead('conv-globex'), {}, secrets.globex);
  await post(lead('conv-named', { tenant_id: 'umbrella' }), {}, secrets.wide);
  const tenants = new Map(
    (await accepted()).map(({ record, event }) => [record.key?.toString(), event?.tenantId]),
  );
  expect(tenants.get('conv-globex')).toBe('globex');
  expect(tenants.get('conv-named')).toBe('umbrella');
  expect((await post(lead('conv-x'), {}, secrets.wide)).body).toMatchObject({
    error: 'invalid_event',
    path: 'tenant_id',
  });
});

test('every signature fault gets the same response, also a body that names another tenant', async () => {
  const body = lead('conv-bad');
  const answers = await Promise.all([
    post(body, { 'x-helpninja-signature': '' }),
    post(body, { 'x-helpninja-signature': 'sha256=00' }),
    post(body, { 'x-helpninja-signature': `sha256=${'0'.repeat(64)}` }),
    post(body, {}, 'somebody-elses-secret-000'),
    post(lead('conv-bad', { tenant_id: 'globex' })),
    post(body.replace('5', '6'), { 'x-helpninja-signature': sign(body, secrets.fresh) }),
  ]);
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(answers[0]?.body);
  }
  expect((await accepted()).some(({ record }) => record.key?.toString() === 'conv-bad')).toBe(false);
});

test('an invalid event is 400 with the path', async () => {
  expect(await post('{"event":"x"}')).toMatchObject({
    status: 400,
    body: { error: 'invalid_event', path: 'data' },
  });
  expect(await post('{')).toMatchObject({ status: 400, body: { path: 'body' } });
});

test('wrong size, media type and encoding are refused before the body is read', async () => {
  const large = JSON.stringify({ event: 'x', data: { text: 'a'.repeat(256 * 1024) } });
  expect(await post(large)).toMatchObject({ status: 413, body: { error: 'body_too_large' } });
  expect(await post(lead('c'), { 'content-type': 'text/plain' })).toMatchObject({
    status: 415,
    body: { error: 'unsupported_media_type' },
  });
  expect(await post(new Uint8Array(gzipSync(lead('c'))), { 'content-encoding': 'gzip' })).toMatchObject({
    status: 415,
    body: { error: 'unsupported_encoding' },
  });
  const fits = JSON.stringify({ event: 'x', data: { text: 'a'.repeat(256 * 1024 - 32) } });
  expect(Buffer.byteLength(fits)).toBeLessThanOrEqual(256 * 1024);
  expect((await post(fits)).status).toBe(200);
});

test('a source with many failures gets 429, and its signed events are still accepted', async () => {
  await eventually(async () => {
    const answer = await post(lead('c'), {}, 'somebody-elses-secret-000');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
  expect((await post(lead('conv-still'))).status).toBe(200);
});

test('a new secret works, a revoked one does not', async () => {
  const fresh = 'a-third-secret-of-acme-00';
  await store('acme-3', 'acme', fresh);
  await corner.database.query(`update webhook_secrets set active = false where id = 'acme-1'`);
  await eventually(async () => {
    expect((await post(lead('c'), {}, fresh)).status).toBe(200);
    expect((await post(lead('c'), {}, secrets.old)).status).not.toBe(200);
  });
});

test('health, metrics and security headers', async () => {
  await eventually(async () => {
    const reply = await fetch(`${service.url}/health`);
    const health = await reply.json();
    expect(health).toMatchObject({
      status: 'healthy',
      timestamp: expect.any(String),
      integrations: { helpninja_api: 'not_configured', database: 'connected', webhook_processor: 'running' },
      metrics: {
        webhooks_processed_24h: expect.any(Number),
        average_processing_time: expect.any(Number),
        error_rate_24h: expect.any(Number),
      },
    });
    expect(
      (health as { metrics: { webhooks_processed_24h: number } }).metrics.webhooks_processed_24h,
    ).toBeGreaterThan(0);
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  });
  for (const path of ['/health/live', '/health/ready'])
    expect((await fetch(service.url + path)).status).toBe(200);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toMatch(
    /helpninja_webhooks_total\{event_type="lead.qualified",tenant_id="acme",status="success"\} \d+/,
  );
  expect(metrics).toMatch(/switchboard_webhooks_rejected_total\{reason="signature"\} \d+/);
});

test('health is reported although its counts cannot be read', async () => {
  await corner.database.query('alter table webhook_minute rename to set_aside');
  const reply = await fetch(`${service.url}/health`);
  await corner.database.query('alter table set_aside rename to webhook_minute');
  expect(reply.status).toBe(200);
  expect(await reply.json()).toMatchObject({
    status: 'degraded',
    integrations: { database: 'connected', webhook_processor: 'running' },
    metrics: { webhooks_processed_24h: null, average_processing_time: null, error_rate_24h: null },
  });
});
