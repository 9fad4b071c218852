// The calls that a lead becomes: a contact, then a note, each made once.
import { leadQualified } from '@switchboard/contracts';
import { hubspot } from './hubspot.ts';
import { bare, CONTACTS, NOTES, testHubspot } from './test-hubspot.ts';

const crm = testHubspot();

test('upserts the contact by its email and hangs a note on it', async () => {
  const tried = await crm.deliver();
  expect(tried).toMatchObject({
    kind: 'delivered',
    reference: '51',
    steps: { contact: { id: '51' }, note: { done: true } },
  });
  expect(crm.stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${CONTACTS}`,
    `POST ${NOTES}`,
  ]);
  const [contact, note] = crm.stub.requests;
  for (const request of [contact, note]) {
    expect(request?.headers['authorization']).toBe('Bearer pat-SECRET');
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
  }
  const key = contact?.headers['idempotency-key'];
  expect(note?.headers['idempotency-key']).toMatch(/^[\w-]{43}$/);
  expect(note?.headers['idempotency-key']).not.toBe(key);
  expect(contact?.json).toEqual({
    inputs: [
      {
        id: 'mari.tamm@example.com',
        idProperty: 'email',
        objectWriteTraceId: key,
        properties: {
          email: 'mari.tamm@example.com',
          firstname: 'Mari',
          lastname: 'Tamm',
          company: 'shop.example.com',
          lead_source: 'helpNINJA Chat Widget',
          lead_score: '85',
          lead_priority: 'high',
          chat_topics: 'pricing, team plan',
          chat_conversation_id: 'conv_8f21c0',
        },
      },
    ],
  });
  expect(note?.json).toEqual({
    properties: {
      hs_timestamp: '2026-11-22T08:00:00.000Z',
      hs_note_body:
        'Chat conversation: Wants the team plan for 25 seats, compares with one competitor.' +
        '<br><br>Topics discussed: pricing, team plan',
    },
    associations: [
      { to: { id: '51' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ],
  });
});

test.each(['pat-SECRET\n', 'pat-SECRET\u2026'])(
  'a token that no header can carry breaks the integration',
  async (accessToken) => {
    const config = { accessToken, baseUrl: crm.stub.url };
    const tried = await crm.deliver(bare, { config });
    expect(tried).toMatchObject({ kind: 'broken', reason: expect.stringContaining('"authorization"') });
    expect(JSON.stringify(tried)).not.toContain('SECRET');
    expect(crm.stub.requests).toHaveLength(0);
  },
);

test('a note that failed is tried again without the contact', async () => {
  crm.answers.note = { status: 503 };
  const first = await crm.deliver();
  expect(first).toMatchObject({ kind: 'retry', status: 503, steps: { contact: { id: '51' } } });
  crm.answers.note = { status: 201, body: { id: '900' } };
  const second = await crm.deliver(leadQualified.example, { steps: first.steps });
  expect(second).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(crm.stub.requests.map(({ path }) => path)).toEqual([CONTACTS, NOTES, NOTES]);
});

test('takes a success it cannot read as a success, without a note', async () => {
  crm.answers.contact = { status: 200, body: 'fine' };
  expect(await crm.deliver()).toMatchObject({ kind: 'delivered', reference: null });
  expect(crm.stub.requests).toHaveLength(1);
});

test('makes no more calls than the smallest plan takes: two a lead, a hundred in ten seconds', () => {
  expect(hubspot.limits).toEqual({ perSecond: 5, concurrency: 10 });
});
