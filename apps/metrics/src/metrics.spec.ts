// The running metrics service: events on a real topic, counts over real HTTP.
import { deadLetterHeaders, encodeHeaders, MAX_VALUE_BYTES, topics } from '@switchboard/contracts';
import { KafkaProducer, readAll } from '@switchboard/kafka';
import { searchDeadLetters } from '@switchboard/ledger';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { metrics } from './metrics.ts';

const HOUR = Date.UTC(2026, 1, 3, 10);
let corner: Suite;
let producer: KafkaProducer;
let service: RunningService;

beforeAll(async () => {
  corner = await suite();
  producer = new KafkaProducer(corner.kafka);
  service = await startOnFreePort(metrics, corner.env);
});

afterAll(async () => {
  await service.stop();
  await producer.close();
  await corner.end();
});

const event = (id: string, tenantId: string, type: string, timestamp: number, key = id) => ({
  topic: topics.enriched,
  key,
  value: Buffer.from('{}'),
  headers: encodeHeaders({ id, type, source: '/webhooks/helpninja', tenantId }),
  timestamp,
});

const ask = async (path: string) => {
  const reply = await fetch(service.url + path);
  const body = (await reply.json()) as { counts: unknown[]; totals: { events: number }; message: string };
  return { status: reply.status, headers: reply.headers, body };
};

const DAY = 'from=2026-02-03T00:00:00Z&to=2026-02-04T00:00:00Z';

test('counts distinct events per tenant, type and hour of acceptance', async () => {
  const started = event('a1', 'acme', 'conversation.started', HOUR + 5);
  await producer.sendMany([
    started,
    started,
    event('a2', 'acme', 'conversation.started', HOUR + 3_599_999),
    event('a3', 'acme', 'conversation.started', HOUR + 3_600_000),
    event('a4', 'acme', 'made.up', HOUR),
    event('g1', 'globex', 'lead.qualified', HOUR),
  ]);
  await producer.send({ ...started, partition: 11 });
  await eventually(async () => {
    const counted = await fetch(`${service.url}/metrics`).then((reply) => reply.text());
    expect(counted).toContain('switchboard_events_counted_total{repeat="false"} 5');
    // Two repeats were sent; there are more if Kafka delivers a record twice.
    const repeats = /switchboard_events_counted_total\{repeat="true"\} (\d+)/.exec(counted)?.[1];
    expect(Number(repeats)).toBeGreaterThanOrEqual(2);
  });
  const { status, body } = await ask(`/v1/counts?${DAY}`);
  expect(status).toBe(200);
  expect(body).toEqual({
    from: '2026-02-03T00:00:00.000Z',
    to: '2026-02-04T00:00:00.000Z',
    complete: true,
    counts: [
      { tenant: 'acme', type: 'conversation.started', hour: '2026-02-03T10:00:00.000Z', events: 2 },
      { tenant: 'acme', type: 'made.up', hour: '2026-02-03T10:00:00.000Z', events: 1 },
      { tenant: 'globex', type: 'lead.qualified', hour: '2026-02-03T10:00:00.000Z', events: 1 },
      { tenant: 'acme', type: 'conversation.started', hour: '2026-02-03T11:00:00.000Z', events: 1 },
    ],
    totals: {
      events: 5,
      by_tenant: { acme: 4, globex: 1 },
      by_type: { 'conversation.started': 3, 'made.up': 1, 'lead.qualified': 1 },
    },
  });
  expect((await ask('/v1/totals')).body).toEqual(body.totals);
});

test('narrows by tenant, type and time', async () => {
  const { body } = await ask(`/v1/counts?${DAY}&tenant=acme&type=made.up`);
  expect(body.counts).toEqual([
    { tenant: 'acme', type: 'made.up', hour: '2026-02-03T10:00:00.000Z', events: 1 },
  ]);
  expect(body.totals.events).toBe(1);
  const later = await ask('/v1/counts?from=2026-02-03T11:00:00Z&to=2026-02-03T12:00:00%2B00:00&tenant=acme');
  expect(later.body.totals.events).toBe(1);
  expect((await ask('/v1/counts?tenant=acme')).body.counts).toEqual([]);
});

test('a record that cannot be counted is a dead letter and fails no other', async () => {
  const odd = event('odd', 'ac\0me', `made\0up.${'x'.repeat(300)}`, HOUR, 'same');
  await producer.sendMany([event('z'.repeat(501), 'acme', 'made.up', HOUR, 'same'), odd]);
  await eventually(async () => {
    const { body } = await ask(`/v1/counts?${DAY}&type=${`madeup.${'x'.repeat(300)}`.slice(0, 200)}`);
    expect(body.totals).toMatchObject({ events: 1, by_tenant: { acme: 1 } });
  });
  const letters = await readAll(corner.kafka, topics.deadLetters);
  expect(letters.map(({ headers }) => String(headers[deadLetterHeaders.errorCode]))).toEqual([
    'HEADERS_TOO_LONG',
  ]);
});

test('each record of the dead-letter topic is listed once, event or not, and does not become a dead letter again', async () => {
  const letter = {
    topic: topics.deadLetters,
    partition: 4,
    key: null,
    timestamp: HOUR,
    headers: { [deadLetterHeaders.stage]: 'router', [deadLetterHeaders.errorCode]: 'VALUE_MISSING' },
  };
  const large = Buffer.alloc(MAX_VALUE_BYTES + 1, 'x');
  await producer.sendMany([
    { ...letter, value: null },
    { ...letter, value: large },
  ]);
  const listed = async () =>
    (await searchDeadLetters(corner.database, { stage: 'router' }, { limit: 10 })).letters;
  await eventually(async () => expect(await listed()).toHaveLength(2));
  await service.stop();
  const letters = await readAll(corner.kafka, topics.deadLetters);
  expect(letters.filter(({ partition }) => partition === 4)).toHaveLength(2);
  service = await startOnFreePort(metrics, corner.env);
  expect((await listed()).map(({ id, reason }) => [id, reason])).toEqual([
    ['k-4-1', 'VALUE_MISSING'],
    ['k-4-0', 'VALUE_MISSING'],
  ]);
});

test.each([
  ['from=yesterday', 'from'],
  ['from=2026-02-04T00:00:00Z&to=2026-02-03T00:00:00Z', 'from'],
  ['from=2025-01-01T00:00:00Z&to=2026-02-03T00:00:00Z', 'from'],
  ['to=2026-02-30T00:00:00Z', 'to'],
  ['tenant=', 'tenant'],
  ['tenant=a&tenant=b', 'tenant'],
  ['type=a%00b', 'type'],
  ['limit=5', 'limit'],
])('refuses ?%s and names %s', async (query, path) => {
  const { status, body } = await ask(`/v1/counts?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: 'invalid_query', path });
  expect(body.message).toMatch(new RegExp(`^${path}: .+`));
});

test('limits the management paths, and only those, in standard headers', async () => {
  const before = (await ask('/v1/totals')).headers;
  expect(before.get('ratelimit-limit')).toBe('1000');
  const { headers } = await ask('/v1/counts');
  expect(Number(headers.get('ratelimit-remaining'))).toBe(Number(before.get('ratelimit-remaining')) - 1);
  expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(0);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const left = Number(headers.get('ratelimit-remaining'));
  // A few at a time: hundreds of connections at once are reset on a busy machine.
  for (let sent = 0; sent < left; sent += 50) {
    await Promise.all(Array.from({ length: Math.min(50, left - sent) }, () => ask('/v1/totals')));
  }
  const refused = await ask('/v1/totals');
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({ error: 'rate_limited' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const live = await ask('/health/live');
  expect(live.status).toBe(200);
  expect(live.headers.has('ratelimit-limit')).toBe(false);
});
