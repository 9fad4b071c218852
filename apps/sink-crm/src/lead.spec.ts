// What of a lead goes where, whatever the lead looks like.
import { type ConversationDetails, leadQualified } from '@switchboard/contracts';
import { bare, noteOf, propertiesOf, testHubspot } from './test-hubspot.ts';

const crm = testHubspot();

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
  await crm.deliver(leadQualified.example, { enrichment: { conversation } });
  const measured = {
    chat_confidence: '0.62',
    conversation_duration: '7.5',
    questions_asked: '9',
    escalation_required: 'false',
  };
  expect(propertiesOf(crm.stub.requests[0])).toMatchObject({
    email: 'mari.tamm@example.com',
    firstname: 'Mari',
    company: 'shop.example.com',
    chat_topics: 'pricing, team plan',
    ...measured,
  });
  await crm.deliver(bare, { enrichment: { conversation } });
  expect(propertiesOf(crm.stub.requests[2])).toEqual({
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
  expect(noteOf(crm.stub.requests[3])).toBe('Chat conversation: Buys.<br><br>Topics discussed: seats');
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
  expect(await crm.deliver(odd)).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(propertiesOf(crm.stub.requests[0])).toEqual({
    email: 'ada@example.com',
    lead_source: 'helpNINJA Chat Widget',
  });
});

test("takes the conversation's email where the event's is none", async () => {
  const conversation = { customer_email: ' Ada <ada@bücher.example> ' };
  await crm.deliver({ ...bare, customer_email: 'n/a' }, { enrichment: { conversation } });
  expect(propertiesOf(crm.stub.requests[0])).toMatchObject({ email: 'ada@xn--bcher-kva.example' });
});

test('a conversation id and a name that were cut in the middle of an emoji', async () => {
  expect(
    await crm.deliver({ ...bare, conversation_id: 'c-\ud83d', summary: '\ude00', topics: ['\ud83d'] }),
  ).toMatchObject({
    kind: 'delivered',
  });
  expect(crm.stub.requests.map(({ text }) => text).join()).not.toMatch(/\\ud/i);
});

test('leaves out what is not known, and the note when there is nothing to say', async () => {
  expect(await crm.deliver(bare)).toMatchObject({ kind: 'delivered', reference: '51' });
  expect(crm.stub.requests).toHaveLength(1);
  expect(propertiesOf(crm.stub.requests[0])).toEqual({
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
  await crm.deliver({ ...bare, customer_phone: '+372555', other: 'x@example.com', score: 7 }, { mapping });
  expect(propertiesOf(crm.stub.requests[0])).toMatchObject({
    phone: '+372555',
    email: 'ana@example.com',
    lead_score: '7',
  });
  expect(propertiesOf(crm.stub.requests[0])).not.toHaveProperty('company');
});

test.each([
  [75, 'normal'],
  [75.5, 'high'],
  [100, 'high'],
])('a score of %p makes the priority %p', async (qualification_score, priority) => {
  await crm.deliver({ ...bare, qualification_score });
  expect(propertiesOf(crm.stub.requests[0])?.['lead_priority']).toBe(priority);
});

test('escapes and cuts the texts of the note', async () => {
  await crm.deliver({ ...bare, summary: `<script>\n${'&'.repeat(40_000)}`, topics: ['<b>'] });
  const body = noteOf(crm.stub.requests[1]);
  expect(body).toMatch(/^Chat conversation: &lt;script&gt;<br>(&amp;)+…<br><br>Topics discussed: &lt;b&gt;$/);
  expect(body.length).toBeLessThanOrEqual(65_536);
});

test('a note of line breaks stays within the limit', async () => {
  await crm.deliver({ ...bare, summary: '\n'.repeat(20_000), topics: ['\n'.repeat(20_000)] });
  expect(noteOf(crm.stub.requests[1]).length).toBeLessThanOrEqual(65_536);
});

test("falls back to the event's fields where the details are empty or no email", async () => {
  const conversation = { customer_email: 'n/a', customer_name: '', site_url: '', topics: [], summary: '' };
  await crm.deliver(leadQualified.example, { enrichment: { conversation } });
  expect(propertiesOf(crm.stub.requests[0])).toMatchObject({
    email: 'mari.tamm@example.com',
    firstname: 'Mari',
    company: 'shop.example.com',
    chat_topics: 'pricing, team plan',
  });
});

test('dates the note by acceptance when the sender gave no usable time', async () => {
  const acceptedAt = new Date('2026-05-06T07:08:09Z');
  await crm.deliver({ ...bare, summary: 's' }, { time: 'yesterday', acceptedAt });
  expect(crm.stub.requests[1]?.json).toMatchObject({
    properties: { hs_timestamp: '2026-05-06T07:08:09.000Z' },
  });
});

test('a lead without a usable email is rejected with the path', async () => {
  expect(await crm.deliver({ ...bare, customer_email: 'nobody' })).toMatchObject({
    kind: 'rejected',
    called: false,
    reason: expect.stringMatching(
      /^data\.customer_email or .*: is not what its type says; hubspot needs it$/,
    ),
  });
  expect(crm.stub.requests).toHaveLength(0);
});

test('a lead without an email takes that of its conversation, and is rejected when there is none', async () => {
  const data = { conversation_id: 'c1', qualification_score: 75 };
  await crm.deliver(data, { enrichment: { conversation: { customer_email: 'Boss@Example.com' } } });
  expect(propertiesOf(crm.stub.requests[0])).toMatchObject({ email: 'boss@example.com' });
  expect(await crm.deliver(data)).toMatchObject({ kind: 'rejected' });
  expect(
    await crm.deliver(data, { enrichment: { conversation: { customer_email: 'nobody' } } }),
  ).toMatchObject({
    kind: 'rejected',
  });
});
