// Jobs from request to result, with a real database and a real HTTP server.
import { leadQualified } from '@switchboard/contracts';
import {
  askJob,
  type DryRequest,
  type JobOutcome,
  type JobRequest,
  type JobResult,
  type Previewed,
  readJob,
} from '@switchboard/ledger';
import { addIntegration, box, record, rows, TENANT } from '@switchboard/ledger/spec-kit';
import { eventually, type HttpStub } from '@switchboard/testing';
import { idempotencyKey } from '../attempt/idempotency.ts';
import { freshLedger } from '../spec-kit.ts';
import { desk, deskApi, lead, SECRET_PATH, TOKEN } from './test-desk-sink.ts';

const ledger = freshLedger();
let api: HttpStub;
let answer: Parameters<typeof deskApi>[0];

beforeEach(async () => {
  answer = undefined;
  api = await deskApi((request) => answer?.(request));
  await addIntegration(ledger.db, 'one', {
    sink: 'desk',
    config: { url: api.url },
    secrets: { token: TOKEN, hook: SECRET_PATH },
  });
});
afterEach(() => api.close());

type All = { error: { code: string; message: string }; unsupported: boolean; outcome: JobOutcome } & {
  requests: DryRequest[];
  events: Previewed[];
};

/** Asks, waits and answers the result, which never has a secret in it. */
async function done(request: JobRequest): Promise<All> {
  const id = await askJob(ledger.db, request);
  if (id === undefined) throw new Error('there is no such integration');
  return eventually(async () => {
    const job = await readJob(ledger.db, request.tenantId, id);
    expect(job?.state).toBe('done');
    for (const secret of [TOKEN, SECRET_PATH]) expect(JSON.stringify(job)).not.toContain(secret);
    return job?.result as JobResult as All;
  });
}

const one = { tenantId: TENANT, integrationId: 'one' };
const event = { ...leadQualified.example, customer_email: 'real@example.com' };
const takeLead = (id: string, more: object = {}) =>
  record(id, { type: lead.type, data: { ...event, ...more } });

describe('check', () => {
  test('calls the other side with the credentials, and reports its answer without them', async () => {
    ledger.start([desk]);
    expect(await done({ ...one, kind: 'check' })).toMatchObject({
      outcome: { kind: 'delivered', status: 200, asked: { method: 'GET', path: '/me' } },
    });
    expect(api.requests).toMatchObject([{ path: '/me', headers: { authorization: `Bearer ${TOKEN}` } }]);
    answer = ({ headers }) => ({ status: 401, body: String(headers['authorization']) });
    expect(await done({ ...one, kind: 'check' })).toMatchObject({
      outcome: { kind: 'broken', status: 401, reason: '401 for Bearer ***', answer: 'Bearer ***' },
    });
    answer = () => ({ fault: 'reset' });
    expect(await done({ ...one, kind: 'check' })).toMatchObject({ outcome: { kind: 'retry', status: null } });
  });

  test('prepare runs what the sink declares, or says that it declares nothing', async () => {
    const preparing = { ...desk, prepare: desk.check } as typeof desk;
    ledger.start([preparing]);
    expect(await done({ ...one, kind: 'prepare' })).toMatchObject({
      outcome: { kind: 'delivered', status: 200, asked: { method: 'GET', path: '/me' } },
    });
  });

  test('of unsaved settings: as they are given, and decrypted for this job only', async () => {
    ledger.start([desk]);
    const unsaved = { tenantId: TENANT, sink: 'desk', kind: 'check', box } as const;
    const settings = { config: { url: api.url }, secrets: { token: 'another-token-1' } };
    expect(await done({ ...unsaved, settings })).toMatchObject({ outcome: { kind: 'delivered' } });
    expect(api.requests[0]?.headers['authorization']).toBe('Bearer another-token-1');
    const stored = await ledger.db.query<{ settings: object }>('select settings from sink_job');
    expect(JSON.stringify(stored)).not.toContain('another-token-1');
    const wrong = async (given: object) => (await done({ ...unsaved, settings: given })).error;
    expect(await wrong({ ...settings, config: { url: 'secret place' } })).toEqual({
      code: 'SETTINGS_INVALID',
      message: 'url: Invalid URL',
    });
    expect(await wrong({ config: { url: api.url, token: 'x' } })).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect(await wrong({ ...settings, delivery: { speed: 1 } })).toMatchObject({ code: 'SETTINGS_INVALID' });
    const id = await askJob(ledger.db, { ...unsaved, settings: { config: settings.config } });
    await ledger.db.query(`update sink_job set settings = $1::jsonb, state = 'waiting' where id = $2`, [
      JSON.stringify(stored[0]?.settings),
      id,
    ]);
    await eventually(async () => {
      expect((await readJob(ledger.db, TENANT, id ?? ''))?.result).toMatchObject({
        error: {
          code: 'SETTINGS_INVALID',
          message: expect.stringContaining('altered, or sealed for another place'),
        },
      });
    });
    expect(api.requests).toHaveLength(1);
  });

  test('of a sink without a check', async () => {
    const { check: _check, ...without } = desk;
    ledger.start([without]);
    expect(await done({ ...one, kind: 'check' })).toEqual({ unsupported: true });
  });

  test('an integration of another tenant is unknown', async () => {
    expect(await askJob(ledger.db, { ...one, tenantId: 'globex', kind: 'check' })).toBeUndefined();
    const id = await askJob(ledger.db, { ...one, kind: 'check' });
    expect(await readJob(ledger.db, 'globex', id ?? '')).toBeUndefined();
    expect(await readJob(ledger.db, TENANT, id ?? '')).toEqual({ state: 'waiting', result: null });
  });
});

describe('test', () => {
  test('delivers an example for real, with its own key, and writes nothing to the ledger', async () => {
    ledger.start([desk]);
    const { outcome } = await done({ ...one, kind: 'test' });
    expect(outcome).toMatchObject({ kind: 'delivered', reference: 'made-tickets', status: 200 });
    const [person, ticket] = api.requests;
    expect(person?.json).toMatchObject({
      id: expect.stringMatching(/^test-/),
      email: leadQualified.example.customer_email,
    });
    const { id } = person?.json as { id: string };
    expect(person?.headers['idempotency-key']).toBe(idempotencyKey('one', id));
    expect(ticket?.headers['idempotency-key']).not.toBe(idempotencyKey('one', id));
    expect(await rows(ledger.db)).toEqual([]);
    expect(await ledger.db.query('select 1 from integration_link')).toEqual([]);
    await done({ ...one, kind: 'test', input: { event: { event: lead.type, data: event } } });
    expect(api.requests[2]?.json).toMatchObject({ email: 'real@example.com' });
    expect(new Set(api.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(4);
  });

  test('refuses an event that the sink does not accept', async () => {
    ledger.start([desk]);
    const input = (given: object) => done({ ...one, kind: 'test', input: given });
    expect(await input({ type: 'message.sent' })).toMatchObject({
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('desk takes lead.qualified') },
    });
    expect(await input({ type: lead.type, event: { event: lead.type, data: event } })).toMatchObject({
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('more than one') },
    });
    expect(await input({ colour: 'red' })).toMatchObject({ error: { code: 'INPUT_INVALID' } });
    expect(await input({ event: { event: lead.type, data: {} } })).toMatchObject({
      outcome: { kind: 'rejected', reason: expect.stringContaining('data.conversation_id') },
    });
    expect(api.requests).toEqual([]);
  });
});

describe('dry run', () => {
  test('shows every call of a sink with several, and sends none', async () => {
    ledger.start([desk]);
    const { outcome, requests } = await done({ ...one, kind: 'dry_run' });
    expect(outcome).toMatchObject({ kind: 'delivered', reference: 'dry-run' });
    const host = new URL(api.url).host;
    expect(requests).toMatchObject([
      { method: 'POST', host, path: '/people?key=***', answered: 200 },
      { method: 'POST', host, path: '/tickets', body: 'person=dry-run', bodyBytes: 14 },
    ]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer ***',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      email: leadQualified.example.customer_email,
      hook: '***',
    });
    expect(api.requests).toEqual([]);
    expect(await ledger.db.query('select 1 from integration_link')).toEqual([]);
  });

  test('uses the answers that are given', async () => {
    ledger.start([desk]);
    const answers = [{ body: { id: 'p-7' } }, { status: 503, body: 'away' }];
    const { outcome, requests } = await done({ ...one, kind: 'dry_run', input: { answers } });
    expect(outcome).toMatchObject({ kind: 'retry', status: 503, answer: 'away' });
    expect(requests).toMatchObject([{ answered: 200 }, { answered: 503, body: 'person=p-7' }]);
  });

  test('of a delivery: stored steps are not repeated, stored links are used', async () => {
    const { take } = ledger.start([desk]);
    answer = ({ path }) => (path.startsWith('/tickets') ? { status: 400 } : undefined);
    await take([takeLead('e1')]);
    await ledger.settled(1);
    const [dead] = await ledger.db.query<{ id: number; day: string }>(
      'select id, day::text, state from delivery',
    );
    expect(dead).toMatchObject({ state: 'dead' });
    await ledger.db.query(
      `insert into integration_link (integration_id, ordering_key, kind, reference)
       select 'one', ordering_key, 'ticket', 't-9' from delivery`,
    );
    const calls = api.requests.length;
    const run = (input: object, by: Partial<typeof one> = {}) =>
      done({ ...one, ...by, kind: 'dry_run', input });
    for (const input of [{ deliveryId: dead?.id }, { deliveryId: dead?.id, day: dead?.day }]) {
      expect((await run(input)).requests).toMatchObject([
        { path: '/tickets/t-9/comments', body: 'person=made-people' },
      ]);
    }
    const stored = await run({ eventId: 'e1' });
    expect(stored.requests).toHaveLength(2);
    expect(stored.requests[0]?.headers['idempotency-key']).toBe(idempotencyKey('one', 'e1'));
    expect(JSON.parse(stored.requests[0]?.body ?? '')).toMatchObject({ id: 'e1', email: 'real@example.com' });
    const given = await run({ event: { event: lead.type, data: event } });
    expect(given.requests).toHaveLength(2);
    expect(await run({ eventId: 'e2' })).toMatchObject({ error: { code: 'EVENT_UNKNOWN' } });
    expect(await run({ deliveryId: (dead?.id ?? 0) + 1 })).toMatchObject({
      error: { code: 'EVENT_UNKNOWN' },
    });
    await addIntegration(ledger.db, 'theirs', { sink: 'desk', tenant: 'globex', config: { url: api.url } });
    const theirs = { tenantId: 'globex', integrationId: 'theirs' };
    for (const input of [{ eventId: 'e1' }, { deliveryId: dead?.id }]) {
      expect(await run(input, theirs)).toMatchObject({ error: { code: 'EVENT_UNKNOWN' } });
    }
    expect(api.requests).toHaveLength(calls);
  });
});

test('preview: what rules and mapping make of the latest events, and what would be sent', async () => {
  const { take } = ledger.start([desk]);
  const at = (minute: number) => ({ at: new Date(Date.UTC(2026, 0, 2, 10, minute)) });
  await take([
    { ...takeLead('old'), timestamp: at(1).at.getTime() },
    { ...takeLead('low', { qualification_score: 10 }), timestamp: at(2).at.getTime() },
    { ...takeLead('nameless', { customer_name: undefined }), timestamp: at(3).at.getTime() },
    { ...takeLead('new'), timestamp: at(4).at.getTime() },
  ]);
  await ledger.settled(4);
  const calls = api.requests.length;
  const { events } = await done({
    tenantId: TENANT,
    sink: 'desk',
    box,
    kind: 'preview',
    input: { last: 3 },
    settings: {
      config: { url: 'https://desk.example.com' },
      secrets: { token: TOKEN },
      rules: [{ field: 'data.qualification_score', gte: 50 }],
      mapping: { score: 'data.qualification_score', name: { from: 'data.customer_name', required: true } },
    },
  });
  expect(events).toMatchObject([
    {
      eventId: 'new',
      type: lead.type,
      acceptedAt: '2026-01-02T10:04:00.000Z',
      wanted: true,
      fields: { score: 85, name: 'Mari Tamm' },
      missing: [],
      outcome: { kind: 'delivered' },
      requests: [{ host: 'desk.example.com', path: '/people?key=***' }, { path: '/tickets' }],
    },
    { eventId: 'nameless', wanted: true, fields: { score: 85 }, missing: ['name'], requests: [] },
    { eventId: 'low', wanted: false, requests: [], outcome: null },
  ]);
  expect(events[1]?.outcome).toMatchObject({ kind: 'rejected', reason: 'the event has no value for name' });
  expect(JSON.parse(events[0]?.requests[0]?.body ?? '')).toMatchObject({ mapped: { score: 85 } });
  expect(api.requests).toHaveLength(calls);
});
