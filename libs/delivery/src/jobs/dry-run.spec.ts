// Dry runs and previews from request to result: what would be sent, and that nothing is sent.
import { leadQualified } from '@switchboard/contracts';
import { addIntegration, box, TENANT } from '@switchboard/ledger/spec-kit';
import { idempotencyKey } from '../attempt/idempotency.ts';
import { freshLedger } from '../spec-kit.ts';
import { deskOn, deskSink, lead, leadData, one, TOKEN, takenLead } from './test-desk-sink.ts';

const ledger = freshLedger();
const desk = deskOn(ledger);

describe('dry run', () => {
  test('shows every call of a sink with several, and sends none', async () => {
    ledger.start([deskSink]);
    const { outcome, requests } = await desk.resultOf({ ...one, kind: 'dry_run' });
    expect(outcome).toMatchObject({ kind: 'delivered', reference: 'dry-run' });
    const host = new URL(desk.api.url).host;
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
    expect(desk.api.requests).toEqual([]);
    expect(await ledger.db.query('select 1 from integration_link')).toEqual([]);
  });

  test('uses the answers that are given', async () => {
    ledger.start([deskSink]);
    const answers = [{ body: { id: 'p-7' } }, { status: 503, body: 'away' }];
    const { outcome, requests } = await desk.resultOf({ ...one, kind: 'dry_run', input: { answers } });
    expect(outcome).toMatchObject({ kind: 'retry', status: 503, answer: 'away' });
    expect(requests).toMatchObject([{ answered: 200 }, { answered: 503, body: 'person=p-7' }]);
  });

  test('of a delivery: stored steps are not repeated, stored links are used', async () => {
    const { take } = ledger.start([deskSink]);
    desk.answerWith(({ path }) => (path.startsWith('/tickets') ? { status: 400 } : undefined));
    await take([takenLead('e1')]);
    await ledger.settled(1);
    const [dead] = await ledger.db.query<{ id: number; day: string }>(
      'select id, day::text, state from delivery',
    );
    expect(dead).toMatchObject({ state: 'dead' });
    await ledger.db.query(
      `insert into integration_link (integration_id, ordering_key, kind, reference)
       select 'one', ordering_key, 'ticket', 't-9' from delivery`,
    );
    const calls = desk.api.requests.length;
    const run = (input: object, by: Partial<typeof one> = {}) =>
      desk.resultOf({ ...one, ...by, kind: 'dry_run', input });
    for (const input of [{ deliveryId: dead?.id }, { deliveryId: dead?.id, day: dead?.day }]) {
      expect((await run(input)).requests).toMatchObject([
        { path: '/tickets/t-9/comments', body: 'person=made-people' },
      ]);
    }
    const stored = await run({ eventId: 'e1' });
    expect(stored.requests).toHaveLength(2);
    expect(stored.requests[0]?.headers['idempotency-key']).toBe(idempotencyKey('one', 'e1'));
    expect(JSON.parse(stored.requests[0]?.body ?? '')).toMatchObject({ id: 'e1', email: 'real@example.com' });
    const given = await run({ event: { event: lead.type, data: leadData } });
    expect(given.requests).toHaveLength(2);
    expect(await run({ eventId: 'e2' })).toMatchObject({ error: { code: 'EVENT_UNKNOWN' } });
    expect(await run({ deliveryId: (dead?.id ?? 0) + 1 })).toMatchObject({
      error: { code: 'EVENT_UNKNOWN' },
    });
    await addIntegration(ledger.db, 'theirs', {
      sink: 'desk',
      tenant: 'globex',
      config: { url: desk.api.url },
    });
    const theirs = { tenantId: 'globex', integrationId: 'theirs' };
    for (const input of [{ eventId: 'e1' }, { deliveryId: dead?.id }]) {
      expect(await run(input, theirs)).toMatchObject({ error: { code: 'EVENT_UNKNOWN' } });
    }
    expect(desk.api.requests).toHaveLength(calls);
  });
});

test('preview: what rules and mapping make of the latest events, and what would be sent', async () => {
  const { take } = ledger.start([deskSink]);
  const at = (minute: number) => ({ at: new Date(Date.UTC(2026, 0, 2, 10, minute)) });
  await take([
    { ...takenLead('old'), timestamp: at(1).at.getTime() },
    { ...takenLead('low', { qualification_score: 10 }), timestamp: at(2).at.getTime() },
    { ...takenLead('nameless', { customer_name: undefined }), timestamp: at(3).at.getTime() },
    { ...takenLead('new'), timestamp: at(4).at.getTime() },
  ]);
  await ledger.settled(4);
  const calls = desk.api.requests.length;
  const { events } = await desk.resultOf({
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
  expect(desk.api.requests).toHaveLength(calls);
});
