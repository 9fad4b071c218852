import { type ConversationDetails, leadQualified } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/sink';
import { type HttpStub, httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { hubspot } from './hubspot.ts';

const CONTACTS = '/crm/v3/objects/contacts/batch/upsert';
const NOTES = '/crm/v3/objects/notes';

let stub: HttpStub;
let answers: { contact: StubAnswer; note: StubAnswer };

beforeEach(async () => {
  answers = {
    contact: {
      status: 200,
      body: { status: 'COMPLETE', results: [{ id: '51', new: true, properties: {} }] },
    },
    note: { status: 201, body: { id: '900' } },
  };
  stub = await httpStub((request) => (request.path === NOTES ? answers.note : answers.contact));
});

afterEach(() => stub.close());

const deliver = (data: Record<string, unknown> = leadQualified.example, more: object = {}) =>
  tryOnce(hubspot, {
    event: leadQualified,
    data,
    config: { accessToken: 'pat-SECRET', baseUrl: `${stub.url}/` },
    time: '2026-11-22T10:00:00+02:00',
    ...more,
  });

const bare = { conversation_id: 'c1', qualification_score: 75, customer_email: 'Ana@Example.com' };

const propertiesOf = (request: StubRequest | undefined) =>
  (request?.json as { inputs: { properties: Record<string, string> }[] }).inputs[0]?.properties;

const noteOf = (request: StubRequest | undefined) =>
  (request?.json as { properties: { hs_note_body: string } }).properties.hs_note_body;

test('upserts the contact by its email and hangs a note on it', async () => {
  const tried = await deliver();
  expect(tried).toMatchObject({
    kind: 'delivered',
    reference: '51',
    steps: { contact: { id: '51' }, note: { done: true } },
  });
  expect(stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${CONTACTS}`,
    `POST ${NOTES}`,
  ]);
  const [contact, note] = stub.requests;
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

test("the event's own fields come first, the conversation's details fill what they leave open", async () => {
  const conversation: ConversationDetails = {
    customer_email: 'boss@example.com',
    customer_name: 'Ana  Maria Silva',
    site_url: 'www.acme.example',
    avg_confidence: 0.62,
    duration_minutes: 7.5,
    message_count: 9,
    escalated: false,
    summary: 'Buys.',
    topics: ['seats'],
  };
  await deliver(leadQualified.example, { enrichment: { conversation } });
  const measured = {
    chat_confidence: '0.62',
    conversation_duration: '7.5',
    questions_asked: '9',
    escalation_required: 'false',
  };
  expect(propertiesOf(stub.requests[0])).toMatchObject({
    email: 'mari.tamm@example.com',
    firstname: 'Mari',
    company: 'shop.example.com',
    chat_topics: 'pricing, team plan',
    ...measured,
  });
  await deliver(bare, { enrichment: { conversation } });
  expect(propertiesOf(stub.requests[2])).toEqual({
    email: 'ana@example.com',
    firstname: 'Ana',
    lastname: 'Maria Silva',
    company: 'acme.example',
    lead_source: 'helpNINJA Chat Widget',
    lead_score: '75',
    lead_priority: 'normal',
    chat_topics: 'seats',
    chat_conversation_id: 'c1',
    ...measured,
  });
  expect(noteOf(stub.requests[3])).toBe('Chat conversation: Buys.<br><br>Topics discussed: seats');
});

test('takes a lead whatever its other fields look like', async () => {
  const odd = {
    conversation_id: 7,
    qualification_score: '85',
    customer_email: ' "Ada, Countess" <Ada@Example.com> ',
    customer_name: { first: 'Ada' },
    customer_phone: null,
    site_url: null,
    summary: 12,
    topics: 'pricing',
  };
  expect(await deliver(odd)).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(propertiesOf(stub.requests[0])).toEqual({
    email: 'ada@example.com',
    lead_source: 'helpNINJA Chat Widget',
  });
});

test("takes the conversation's email where the event's is none", async () => {
  const conversation = { customer_email: ' Ada <ada@bücher.example> ' };
  await deliver({ ...bare, customer_email: 'n/a' }, { enrichment: { conversation } });
  expect(propertiesOf(stub.requests[0])).toMatchObject({ email: 'ada@xn--bcher-kva.example' });
});

test('a conversation id and a name that were cut in the middle of an emoji', async () => {
  expect(
    await deliver({ ...bare, conversation_id: 'c-\ud83d', summary: '\ude00', topics: ['\ud83d'] }),
  ).toMatchObject({
    kind: 'delivered',
  });
  expect(stub.requests.map(({ text }) => text).join()).not.toMatch(/\\ud/i);
});

test.each(['pat-SECRET\n', 'pat-SECRET\u2026'])(
  'a token that no header can carry breaks the integration',
  async (accessToken) => {
    const config = { accessToken, baseUrl: stub.url };
    const tried = await deliver(bare, { config });
    expect(tried).toMatchObject({ kind: 'broken', reason: expect.stringContaining('"authorization"') });
    expect(JSON.stringify(tried)).not.toContain('SECRET');
    expect(stub.requests).toHaveLength(0);
  },
);

test('leaves out what is not known, and the note when there is nothing to say', async () => {
  expect(await deliver(bare)).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(stub.requests).toHaveLength(1);
  expect(propertiesOf(stub.requests[0])).toEqual({
    email: 'ana@example.com',
    lead_source: 'helpNINJA Chat Widget',
    lead_score: '75',
    lead_priority: 'normal',
    chat_conversation_id: 'c1',
  });
});

test("fills the tenant's own fields, which win but for the email", async () => {
  const mapping = {
    phone: 'data.customer_phone',
    company: 'tenant_id',
    email: 'data.other',
    lead_score: 'data.score',
  };
  await deliver({ ...bare, customer_phone: '+372555', other: 'x@example.com', score: 7 }, { mapping });
  expect(propertiesOf(stub.requests[0])).toMatchObject({
    phone: '+372555',
    email: 'ana@example.com',
    lead_score: '7',
  });
  expect(propertiesOf(stub.requests[0])).not.toHaveProperty('company');
});

test.each([
  [75, 'normal'],
  [75.5, 'high'],
  [100, 'high'],
])('a score of %p makes the priority %p', async (qualification_score, priority) => {
  await deliver({ ...bare, qualification_score });
  expect(propertiesOf(stub.requests[0])?.['lead_priority']).toBe(priority);
});

test('escapes and cuts the texts of the note', async () => {
  await deliver({ ...bare, summary: `<script>\n${'&'.repeat(40_000)}`, topics: ['<b>'] });
  const body = noteOf(stub.requests[1]);
  expect(body).toMatch(/^Chat conversation: &lt;script&gt;<br>(&amp;)+…<br><br>Topics discussed: &lt;b&gt;$/);
  expect(body.length).toBeLessThanOrEqual(65_536);
});

test('a note of line breaks stays within the limit', async () => {
  await deliver({ ...bare, summary: '\n'.repeat(20_000), topics: ['\n'.repeat(20_000)] });
  expect(noteOf(stub.requests[1]).length).toBeLessThanOrEqual(65_536);
});

test("falls back to the event's fields where the details are empty or no email", async () => {
  const conversation = { customer_email: 'n/a', customer_name: '', site_url: '', topics: [], summary: '' };
  await deliver(leadQualified.example, { enrichment: { conversation } });
  expect(propertiesOf(stub.requests[0])).toMatchObject({
    email: 'mari.tamm@example.com',
    firstname: 'Mari',
    company: 'shop.example.com',
    chat_topics: 'pricing, team plan',
  });
});

test('dates the note by acceptance when the sender gave no usable time', async () => {
  const acceptedAt = new Date('2026-05-06T07:08:09Z');
  await deliver({ ...bare, summary: 's' }, { time: 'yesterday', acceptedAt });
  expect(stub.requests[1]?.json).toMatchObject({ properties: { hs_timestamp: '2026-05-06T07:08:09.000Z' } });
});

test('a note that failed is tried again without the contact', async () => {
  answers.note = { status: 503 };
  const first = await deliver();
  expect(first).toMatchObject({ kind: 'retry', status: 503, steps: { contact: { id: '51' } } });
  answers.note = { status: 201, body: { id: '900' } };
  const second = await deliver(leadQualified.example, { steps: first.steps });
  expect(second).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(stub.requests.map(({ path }) => path)).toEqual([CONTACTS, NOTES, NOTES]);
});

test('takes a success it cannot read as a success, without a note', async () => {
  answers.contact = { status: 200, body: 'fine' };
  expect(await deliver()).toMatchObject({ kind: 'delivered', reference: null });
  expect(stub.requests).toHaveLength(1);
});

const refusal = { message: 'Property values were not valid: ana@example.com', category: 'VALIDATION_ERROR' };

test.each<[string, StubAnswer, object]>([
  [
    'partial success',
    {
      status: 207,
      body: { results: [], errors: [{ category: 'VALIDATION_ERROR', message: 'ana@example.com' }] },
    },
    { kind: 'rejected', reason: 'HubSpot: 207 VALIDATION_ERROR' },
  ],
  [
    'nothing done',
    { status: 200, body: { status: 'COMPLETE', results: [] } },
    { kind: 'rejected', reason: 'HubSpot: 200 without a result; nothing was written' },
  ],
  [
    'unknown property',
    {
      status: 400,
      body: {
        ...refusal,
        errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['lead_score'] } }],
      },
    },
    {
      kind: 'broken',
      reason:
        'HubSpot: 400 VALIDATION_ERROR PROPERTY_DOESNT_EXIST lead_score; let "setup prepare" make it, or mend the mapping',
    },
  ],
  [
    'unknown property that only the message names',
    {
      status: 400,
      body: {
        category: 'VALIDATION_ERROR',
        message:
          'Property values were not valid: ' +
          '[{"isValid":false,"message":"ana@example.com","error":"PROPERTY_DOESNT_EXIST","name":"lead_score"}]',
      },
    },
    { kind: 'broken', reason: expect.stringContaining('PROPERTY_DOESNT_EXIST lead_score; ') },
  ],
  [
    'a value that speaks of an unknown property',
    {
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: 'not valid: ana@example.com PROPERTY_DOESNT_EXIST' },
    },
    { kind: 'rejected', reason: 'HubSpot: 400 VALIDATION_ERROR' },
  ],
  [
    'unknown property in a partial success',
    {
      status: 207,
      body: {
        results: [],
        errors: [{ category: 'VALIDATION_ERROR', errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] }],
      },
    },
    { kind: 'broken', reason: expect.stringContaining('PROPERTY_DOESNT_EXIST') },
  ],
  ['aged token', { status: 401, body: { category: 'EXPIRED_AUTHENTICATION' } }, { kind: 'broken' }],
  [
    'missing scope',
    {
      status: 403,
      body: {
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
    },
    { kind: 'broken', reason: 'HubSpot: 403 MISSING_SCOPES crm.objects.contacts.write' },
  ],
  ['race', { status: 409, body: { category: 'CONFLICT' } }, { kind: 'retry' }],
  ['not found', { status: 404 }, { kind: 'rejected' }],
  ['too long', { status: 414 }, { kind: 'rejected' }],
  ['redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'rejected' }],
  ['locked', { status: 423 }, { kind: 'retry', afterSeconds: 2 }],
  ['moving', { status: 477, headers: { 'retry-after': '30' } }, { kind: 'retry', afterSeconds: 30 }],
  [
    'burst',
    { status: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' } },
    { kind: 'retry', afterSeconds: 10 },
  ],
  ['day', { status: 429, body: { policyName: 'DAILY' } }, { kind: 'retry', afterSeconds: 3600 }],
  ['told', { status: 429, headers: { 'retry-after': '4' } }, { kind: 'retry', afterSeconds: 4 }],
  ['down', { status: 502, body: 'bad gateway' }, { kind: 'retry' }],
  ['reset', { fault: 'reset' }, { kind: 'retry', status: null }],
  ['hang', { fault: 'hang' }, { kind: 'retry', status: null }],
])('%s', async (_name, answer, expected) => {
  answers.contact = answer;
  const tried = await deliver(leadQualified.example, answer.fault ? { timeoutMs: 500 } : {});
  expect(tried).toMatchObject(expected);
  expect(stub.requests).toHaveLength(1);
  expect(tried.steps).toEqual({});
  // The answer is kept beside the body, for people who look into the ledger; reasons are logged.
  expect(JSON.stringify({ ...tried, answer: null })).not.toMatch(/SECRET|ana@example\.com/);
});

test('a lead without a usable email is rejected with the path', async () => {
  expect(await deliver({ ...bare, customer_email: 'nobody' })).toMatchObject({
    kind: 'rejected',
    called: false,
    reason: expect.stringMatching(
      /^data\.customer_email or .*: is not what its type says; hubspot needs it$/,
    ),
  });
  expect(stub.requests).toHaveLength(0);
});

test('a lead without an email takes that of its conversation, and is rejected when there is none', async () => {
  const data = { conversation_id: 'c1', qualification_score: 75 };
  await deliver(data, { enrichment: { conversation: { customer_email: 'Boss@Example.com' } } });
  expect(propertiesOf(stub.requests[0])).toMatchObject({ email: 'boss@example.com' });
  expect(await deliver(data)).toMatchObject({ kind: 'rejected' });
  expect(await deliver(data, { enrichment: { conversation: { customer_email: 'nobody' } } })).toMatchObject({
    kind: 'rejected',
  });
});

test('makes no more calls than the smallest plan takes: two a lead, a hundred in ten seconds', () => {
  expect(hubspot.limits).toEqual({ perSecond: 5, concurrency: 10 });
});
