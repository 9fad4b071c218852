// Checks and tests from request to result, with a real database and a real HTTP server.
import { leadQualified } from '@switchboard/contracts';
import { readJob, requestJob } from '@switchboard/ledger';
import { box, rows, TENANT } from '@switchboard/ledger/spec-kit';
import { eventually } from '@switchboard/testing';
import { idempotencyKey } from '../attempt/idempotency.ts';
import { freshLedger } from '../spec-kit.ts';
import { deskOn, deskSink, lead, leadData, one, TOKEN } from './test-desk-sink.ts';

const ledger = freshLedger();
const desk = deskOn(ledger);

describe('check', () => {
  test('calls the other side with the credentials, and reports its answer without them', async () => {
    ledger.start([deskSink]);
    expect(await desk.resultOf({ ...one, kind: 'check' })).toMatchObject({
      outcome: { kind: 'delivered', status: 200, asked: { method: 'GET', path: '/me' } },
    });
    expect(desk.api.requests).toMatchObject([{ path: '/me', headers: { authorization: `Bearer ${TOKEN}` } }]);
    desk.answerWith(({ headers }) => ({ status: 401, body: String(headers['authorization']) }));
    expect(await desk.resultOf({ ...one, kind: 'check' })).toMatchObject({
      outcome: { kind: 'broken', status: 401, reason: '401 for Bearer ***', answer: 'Bearer ***' },
    });
    desk.answerWith(() => ({ fault: 'reset' }));
    expect(await desk.resultOf({ ...one, kind: 'check' })).toMatchObject({
      outcome: { kind: 'retry', status: null },
    });
  });

  test('prepare runs what the sink declares, or says that it declares nothing', async () => {
    const preparing = { ...deskSink, prepare: deskSink.check } as typeof deskSink;
    ledger.start([preparing]);
    expect(await desk.resultOf({ ...one, kind: 'prepare' })).toMatchObject({
      outcome: { kind: 'delivered', status: 200, asked: { method: 'GET', path: '/me' } },
    });
  });

  test('of unsaved settings: as they are given, and decrypted for this job only', async () => {
    ledger.start([deskSink]);
    const unsaved = { tenantId: TENANT, sink: 'desk', kind: 'check', box } as const;
    const settings = { config: { url: desk.api.url }, secrets: { token: 'another-token-1' } };
    expect(await desk.resultOf({ ...unsaved, settings })).toMatchObject({ outcome: { kind: 'delivered' } });
    expect(desk.api.requests[0]?.headers['authorization']).toBe('Bearer another-token-1');
    const stored = await ledger.db.query<{ settings: object }>('select settings from sink_job');
    expect(JSON.stringify(stored)).not.toContain('another-token-1');
    const wrong = async (given: object) => (await desk.resultOf({ ...unsaved, settings: given })).error;
    expect(await wrong({ ...settings, config: { url: 'secret place' } })).toEqual({
      code: 'SETTINGS_INVALID',
      message: 'url: Invalid URL',
    });
    expect(await wrong({ config: { url: desk.api.url, token: 'x' } })).toMatchObject({
      code: 'SETTINGS_INVALID',
    });
    expect(await wrong({ ...settings, delivery: { speed: 1 } })).toMatchObject({ code: 'SETTINGS_INVALID' });
    const id = await requestJob(ledger.db, { ...unsaved, settings: { config: settings.config } });
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
    expect(desk.api.requests).toHaveLength(1);
  });

  test('of a sink without a check', async () => {
    const { check: _check, ...without } = deskSink;
    ledger.start([without]);
    expect(await desk.resultOf({ ...one, kind: 'check' })).toEqual({ unsupported: true });
  });

  test('an integration of another tenant is unknown', async () => {
    expect(await requestJob(ledger.db, { ...one, tenantId: 'globex', kind: 'check' })).toBeUndefined();
    const id = await requestJob(ledger.db, { ...one, kind: 'check' });
    expect(await readJob(ledger.db, 'globex', id ?? '')).toBeUndefined();
    expect(await readJob(ledger.db, TENANT, id ?? '')).toEqual({ state: 'waiting', result: null });
  });
});

describe('test', () => {
  test('delivers an example for real, with its own key, and writes nothing to the ledger', async () => {
    ledger.start([deskSink]);
    const { outcome } = await desk.resultOf({ ...one, kind: 'test' });
    expect(outcome).toMatchObject({ kind: 'delivered', reference: 'made-tickets', status: 200 });
    const [person, ticket] = desk.api.requests;
    expect(person?.json).toMatchObject({
      id: expect.stringMatching(/^test-/),
      email: leadQualified.example.customer_email,
    });
    const { id } = person?.json as { id: string };
    expect(person?.headers['idempotency-key']).toBe(idempotencyKey('one', id));
    expect(ticket?.headers['idempotency-key']).not.toBe(idempotencyKey('one', id));
    expect(await rows(ledger.db)).toEqual([]);
    expect(await ledger.db.query('select 1 from integration_link')).toEqual([]);
    await desk.resultOf({ ...one, kind: 'test', input: { event: { event: lead.type, data: leadData } } });
    expect(desk.api.requests[2]?.json).toMatchObject({ email: 'real@example.com' });
    expect(new Set(desk.api.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(4);
  });

  test('refuses an event that the sink does not accept', async () => {
    ledger.start([deskSink]);
    const input = (given: object) => desk.resultOf({ ...one, kind: 'test', input: given });
    expect(await input({ type: 'message.sent' })).toMatchObject({
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('desk takes lead.qualified') },
    });
    expect(await input({ type: lead.type, event: { event: lead.type, data: leadData } })).toMatchObject({
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('more than one') },
    });
    expect(await input({ colour: 'red' })).toMatchObject({ error: { code: 'INPUT_INVALID' } });
    expect(await input({ event: { event: lead.type, data: {} } })).toMatchObject({
      outcome: { kind: 'rejected', reason: expect.stringContaining('data.conversation_id') },
    });
    expect(desk.api.requests).toEqual([]);
  });
});
