import { conversationEscalated, type Enrichment } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';
import { slack } from './slack.ts';

let stub: HttpStub;
let answer: StubAnswer;

beforeEach(async () => {
  answer = { body: 'ok' };
  stub = await httpStub(() => answer);
});

afterEach(() => stub.close());

const post = (data: Record<string, unknown> = conversationEscalated.example, more: object = {}) =>
  tryOnce(slack, {
    event: conversationEscalated,
    data: { conversation_id: 'c', ...data },
    config: { webhookUrl: `${stub.url}/services/T/B/SECRET` },
    ...more,
  });

interface Message {
  readonly text: string;
  readonly blocks: {
    readonly type: string;
    readonly text?: { text: string };
    readonly fields?: { text: string }[];
    readonly elements?: { url: string }[];
  }[];
}

const sent = () => stub.requests[0]?.json as Message;

test('posts one message with site, confidence, reason, question and two buttons', async () => {
  expect(await post()).toMatchObject({ kind: 'delivered', status: 200 });
  expect(stub.requests).toHaveLength(1);
  const [request] = stub.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/services/T/B/SECRET' });
  expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(request?.headers['idempotency-key']).toMatch(/^[\w-]{43}$/);
  expect(request?.json).toEqual({
    text: 'Chat escalation on https://shop.example.com: low_confidence',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Chat Escalation Required' } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*Site:* https://shop.example.com' },
          { type: 'mrkdwn', text: '*Confidence:* 31.0%' },
          { type: 'mrkdwn', text: '*Reason:* low_confidence' },
          { type: 'mrkdwn', text: '*Priority:* high' },
        ],
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '*Customer Question:*\nI was charged twice and nobody answers, please stop the subscription today.',
        },
      },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { type: 'plain_text', text: 'View Conversation' },
            url: 'https://helpninja.app/conversations/conv_8f21c0',
            style: 'primary',
          },
          {
            type: 'button',
            text: { type: 'plain_text', text: 'Take Over Chat' },
            url: 'https://helpninja.app/conversations/conv_8f21c0/respond',
          },
        ],
      },
    ],
  });
});

test('says "unknown" for what the event does not tell', async () => {
  await post({});
  const { text, blocks } = sent();
  expect(text).toBe('Chat escalation on unknown: unknown');
  expect(blocks[1]?.fields?.map((field) => field.text)).toEqual([
    '*Site:* unknown',
    '*Confidence:* unknown',
    '*Reason:* unknown',
    '*Priority:* unknown',
  ]);
  expect(blocks[2]?.text?.text).toBe('*Customer Question:*\nunknown');
});

test('says what it can whatever the other fields look like', async () => {
  const odd = {
    customer_email: ' Ada@Example.com ',
    customer_phone: null,
    priority: null,
    topics: 'pricing',
    escalation_triggers: 'billing',
    confidence_score: '0.3',
    site_url: 'https://shop.example.com',
  };
  expect(await post(odd)).toMatchObject({ kind: 'delivered' });
  expect(sent().blocks[1]?.fields?.map((field) => field.text)).toEqual([
    '*Site:* https://shop.example.com',
    '*Confidence:* unknown',
    '*Reason:* unknown',
    '*Priority:* unknown',
  ]);
});

test('takes site and priority from the enrichment where the event has none', async () => {
  const enrichment: Partial<Enrichment> = {
    classification: {
      categories: [],
      sentiment: 'negative',
      sentiment_score: -0.5,
      urgency: 'high',
      priority: 'urgent',
      complexity: 'low',
    },
    conversation: { site_url: 'https://from.details' },
  };
  await post({}, { enrichment });
  expect(sent().blocks[1]?.fields?.map((field) => field.text)).toEqual([
    '*Site:* https://from.details',
    '*Confidence:* unknown',
    '*Reason:* unknown',
    '*Priority:* urgent',
  ]);
});

test("escapes a customer's text and cuts it to Block Kit's limits, never inside an entity", async () => {
  await post({
    escalation_reason: '&'.repeat(3000),
    site_url: '<!channel> & co',
    customer_message: `${'x'.repeat(2970)}${'<'.repeat(100)}`,
  });
  const { text, blocks } = sent();
  const [site, , reason] = blocks[1]?.fields?.map((field) => field.text) ?? [];
  expect(site).toBe('*Site:* &lt;!channel&gt; &amp; co');
  expect(reason).toMatch(/^\*Reason:\* (&amp;)+…$/);
  expect(reason?.length).toBeLessThanOrEqual(2000);
  expect(reason?.length).toBeGreaterThan(1990);
  const question = blocks[2]?.text?.text ?? '';
  expect(question).toMatch(/^\*Customer Question:\*\nx+(&lt;)*…$/);
  expect(question.length).toBeLessThanOrEqual(3000);
  expect(question.length).toBeGreaterThan(2990);
  expect(text).toMatch(/^Chat escalation on &lt;!channel&gt; &amp; co: (&amp;)+…$/);
  expect(text.length).toBeLessThanOrEqual(300);
});

test('shows further fields the tenant has mapped, ten in all at most', async () => {
  const data = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, `<${i}>`]));
  const mapping = Object.fromEntries(Object.keys(data).map((name) => [`My-${name}`, `data.${name}`]));
  await post(data, { mapping });
  const fields = sent().blocks[1]?.fields?.map((field) => field.text);
  expect(fields).toHaveLength(10);
  expect(fields?.[4]).toBe('*My-f0:* &lt;0&gt;');
});

test('leads to the configured dashboard, with the id escaped', async () => {
  const config = {
    webhookUrl: `${stub.url}/services/T/B/SECRET`,
    dashboardUrl: 'https://chat.example.com/app/',
  };
  await post({ conversation_id: 'a/b?c' }, { config });
  expect(sent().blocks[3]?.elements?.map(({ url }) => url)).toEqual([
    'https://chat.example.com/app/conversations/a%2Fb%3Fc',
    'https://chat.example.com/app/conversations/a%2Fb%3Fc/respond',
  ]);
});

test('a conversation id that was cut in the middle of an emoji leads somewhere all the same', async () => {
  expect(await post({ conversation_id: 'c-\ud83d', customer_message: '\ude00 hi' })).toMatchObject({
    kind: 'delivered',
  });
  expect(sent().blocks[3]?.elements?.[0]?.url).toBe('https://helpninja.app/conversations/c-%EF%BF%BD');
  expect(stub.requests[0]?.text).not.toMatch(/\\ud/i);
});

test('leaves buttons out whose address would be too long', async () => {
  await post({ conversation_id: 'c'.repeat(3000) });
  expect(sent().blocks.map(({ type }) => type)).toEqual(['header', 'section', 'section']);
});

test.each([
  ['ok', 200, 'delivered'],
  ['something else', 200, 'delivered'],
  // Slack says `ok` with 200 only; with another status somebody else says it.
  ['ok', 503, 'retry'],
  ['ok', 404, 'broken'],
  ['ok', 400, 'rejected'],
  ['invalid_payload', 400, 'rejected'],
  ['invalid_blocks', 400, 'rejected'],
  ['no_text', 400, 'rejected'],
  ['too_many_attachments', 400, 'rejected'],
  ['action_prohibited', 403, 'broken'],
  ['invalid_token', 403, 'broken'],
  ['channel_not_found', 404, 'broken'],
  // The word decides: some have been seen with another status.
  ['channel_not_found', 400, 'broken'],
  ['no_service', 400, 'broken'],
  ['<html>gone</html>', 404, 'broken'],
  ['channel_is_archived', 410, 'broken'],
  ['', 401, 'broken'],
  ['rollup_error', 500, 'retry'],
  ['rollup_error', 400, 'retry'],
  ['', 503, 'retry'],
  ['', 302, 'rejected'],
  ['', 413, 'rejected'],
])('takes %p with %i as %s', async (body, status, kind) => {
  answer = { status, body };
  const tried = await post();
  expect(tried).toMatchObject({ kind, status });
  expect(tried.reason ?? '').not.toContain('<');
});

test.each([
  [429, 'rate_limited', { 'retry-after': '7' }, 7],
  [429, 'rate_limited', {}, 1],
  [400, 'rate_limited', { 'retry-after': '3' }, 3],
])('waits as long as Slack says: %i %s %j', async (status, body, headers, afterSeconds) => {
  answer = { status, body, headers };
  expect(await post()).toMatchObject({ kind: 'retry', afterSeconds });
});

test.each(['reset', 'hang'] as const)('tries again when the answer does not come: %s', async (fault) => {
  answer = { fault };
  expect(await post({}, { timeoutMs: 500 })).toMatchObject({ kind: 'retry', status: null });
});

test('names no secret in what it says', async () => {
  answer = { status: 404, body: 'no_service' };
  expect(JSON.stringify(await post())).not.toContain('SECRET');
  await stub.close();
  expect(JSON.stringify(await post())).not.toContain('SECRET');
});

test('asks for a webhook', async () => {
  const tried = await tryOnce(slack, { event: conversationEscalated, config: {} });
  expect(tried).toMatchObject({
    kind: 'broken',
    called: false,
    reason: expect.stringMatching(/^webhookUrl: /),
  });
});

test('calls a webhook as often as Slack takes it', () => {
  expect(slack.limits).toEqual({ perSecond: 1, concurrency: 1 });
});
