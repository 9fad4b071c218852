// The results of the local analyser for labelled sentences, single messages and hostile texts.
import { enrichment } from '@switchboard/contracts';
import { labelled } from './labelled-sentences.ts';
import { LocalAnalyser } from './local-analyser.ts';
import type { Message } from './messages.ts';

const analyser = new LocalAnalyser({ competitors: ['Zendesk', 'Help Scout'], phoneCountry: 'US' });
const analyse = (messages: readonly Message[], type = 'message.sent', data = {}) =>
  analyser.analyse({ type, tenantId: 'acme', data, messages });
const analyseMessage = (text: string) => analyse([{ text, customer: true }]);

describe('compared with labels by hand', () => {
  const judged = Promise.all(
    labelled.map(async ({ text, sentiments, urgencies, categories }) => {
      const { classification } = await analyseMessage(text);
      return {
        text,
        expected: { sentiment: sentiments[0], urgency: urgencies[0], category: categories[0] },
        right: {
          sentiment: sentiments.includes(classification.sentiment),
          urgency: urgencies.includes(classification.urgency),
          category: categories.some((category) => category === classification.categories[0]),
        },
      };
    }),
  );

  test.each([
    ['sentiment', 0.95, 0.9],
    ['urgency', 0.87, 0.75],
    ['category', 0.92, 0.8],
  ] as const)('%s: a share of %f is right, and %f of each class', async (facet, all, each) => {
    const results = await judged;
    expect(results.length).toBeGreaterThan(250);
    const wrong = results.filter(({ right }) => !right[facet]).map(({ text }) => text);
    expect({ wrong, enough: wrong.length <= results.length * (1 - all) }).toMatchObject({ enough: true });
    const classes = new Set(results.map(({ expected }) => expected[facet]));
    for (const name of classes) {
      const ofClass = results.filter(({ expected }) => expected[facet] === name);
      expect(ofClass.length).toBeGreaterThan(2);
      const share = ofClass.filter(({ right }) => right[facet]).length / ofClass.length;
      expect({ name, share, enough: share >= each }).toMatchObject({ enough: true });
    }
  });
});

test('the complete analysis of one message', async () => {
  const result = await analyseMessage(
    'I am furious!! I was charged twice for order #48213 ($49.99) on March 5th. Can you refund me? ' +
      'Call (415) 555-2671 or write to jo@example.com as soon as possible, or we move to Zendesk.',
  );
  expect(result).toEqual({
    source: 'local',
    version: expect.stringMatching(/^local-\d+$/),
    language: 'en',
    insights: {
      intent: 'request_refund',
      goals: [],
      questions: ['Can you refund me?'],
      pain_points: ['charged twice'],
      product_interests: [],
      buying_signals: [],
      competitive_mentions: ['Zendesk'],
      urgency_indicators: ['furious', 'charged twice', 'as soon as possible'],
    },
    classification: {
      categories: ['billing'],
      sentiment: 'negative',
      sentiment_score: expect.any(Number),
      urgency: 'high',
      priority: 'high',
      complexity: 'low',
    },
    entities: {
      emails: ['jo@example.com'],
      phones: ['+14155552671'],
      order_numbers: ['48213'],
      money: ['$49.99'],
      dates: ['March 5th'],
      products: [],
      competitors: ['Zendesk'],
    },
    metrics: { words: 38, messages: 1 },
  });
});

test('buying signals of a lead', async () => {
  const { insights } = await analyseMessage(
    'How much is the Pro plan for 25 users? We compare you with Help Scout and want to buy this quarter, can we get a demo and a quote?',
  );
  expect([...insights.buying_signals].sort()).toEqual(
    [
      'comparison',
      'demo_request',
      'plan_question',
      'price_question',
      'purchase_intent',
      'quote_request',
      'team_size',
    ].sort(),
  );
  expect(insights.competitive_mentions).toEqual(['Help Scout']);
});

const vocabulary = { products: ['Acme Desk', 'Acme Voice'], competitors: ['Intercom', 'Zendesk'] };
const saidTo = (text: string) =>
  analyser.analyse({
    type: 'message.sent',
    tenantId: 'acme',
    data: {},
    messages: [{ text, customer: true }],
    vocabulary,
  });

test("a tenant's own names, and the names for all tenants", async () => {
  const text =
    'How much is ACME DESK? Help Scout and intercom are cheaper. Zendesk as well. My acme voice is broken.';
  const { insights, entities } = await saidTo(text);
  expect(entities).toMatchObject({
    products: ['Acme Desk', 'Acme Voice'],
    competitors: ['Help Scout', 'Intercom', 'Zendesk'],
  });
  expect(insights.competitive_mentions).toEqual(['Help Scout', 'Intercom', 'Zendesk']);
  expect(insights.product_interests).toEqual(['Acme Desk']);
  expect((await analyseMessage(text)).entities).toMatchObject({
    products: [],
    competitors: ['Help Scout', 'Zendesk'],
  });
});

test.each([
  ['We are interested in Acme Voice for our team', ['Acme Voice']],
  ['Does acme desk work with WhatsApp?', ['Acme Desk']],
  ['Acme Desk crashed again', []],
  ['I use Acme Desk', []],
  ['Do you have an acme? And a desk?', []],
])('interest in products: %s', async (text, products) => {
  expect((await saidTo(text)).insights.product_interests).toEqual(products);
});

test('names in the messages of others are entities, and not mentions of the customer', async () => {
  const messages = [
    { text: 'Can I get help?', customer: true },
    { text: 'Have you tried Acme Desk? It beats Zendesk.', customer: false },
  ];
  const event = { type: 'message.sent', tenantId: 'acme', data: {}, messages, vocabulary };
  const { entities, insights } = await analyser.analyse(event);
  expect(entities).toMatchObject({ products: ['Acme Desk'], competitors: ['Zendesk'] });
  expect(insights).toMatchObject({ product_interests: [], competitive_mentions: [] });
});

test.each([
  ['It works now, thank you!', 'low'],
  ['Still nothing, and it is not solved.', 'high'],
  ['It works now? Really?', 'high'],
])('a conversation that ends with %j has %s urgency', async (last, urgency) => {
  const conversation = [
    { text: 'I cannot log in and I need my account today, my flight leaves tonight!', customer: true },
    { text: 'We have reset your password.', customer: false },
    { text: last, customer: true },
  ];
  expect((await analyse(conversation)).classification.urgency).toBe(urgency);
});

test('texts in another language are judged by the lexicon alone', async () => {
  const { language, classification } = await analyseMessage(
    'Wo bleibt meine Bestellung? Ich warte seit zwei Wochen. 😡',
  );
  expect(language).toBe('de');
  expect(classification).toMatchObject({ categories: ['complaint'], sentiment: 'negative', urgency: 'low' });
});

test('a negated wish is not an intent', async () => {
  expect((await analyseMessage('I do not want to cancel my subscription')).insights.intent).not.toBe(
    'cancel_service',
  );
  expect((await analyseMessage('Why can’t I cancel my subscription')).insights.intent).toBe('cancel_service');
  expect((await analyseMessage('Not urgent at all')).insights.urgency_indicators).toEqual([]);
});

test('the messages of others give entities and a category, but no sentiment and no urgency', async () => {
  const reply = { text: 'Great news! Your refund of $20 is on its way, urgent or not.', customer: false };
  const alone = await analyse([reply]);
  expect(alone.classification).toMatchObject({
    sentiment: 'neutral',
    urgency: 'low',
    categories: ['refunds'],
  });
  expect(alone.insights.urgency_indicators).toEqual([]);
  expect(alone.entities.money).toEqual(['$20']);
  const both = await analyse([{ text: 'I hate waiting for order #1234.', customer: true }, reply]);
  expect(both.classification.sentiment).toBe('negative');
  expect(both.entities).toMatchObject({ order_numbers: ['1234'], money: ['$20'] });
  expect(both.metrics).toEqual({ words: 19, messages: 2 });
});

test.each([
  ['conversation.escalated', {}, 'high'],
  ['lead.qualified', { qualification_score: 76 }, 'high'],
  ['lead.qualified', { qualification_score: 75 }, 'normal'],
  ['conversation.started', { priority: 'urgent' }, 'urgent'],
  ['conversation.started', { priority: 'whatever' }, 'normal'],
  ['document.uploaded', {}, 'normal'],
])('without text, %s %j has %s priority', async (type, data, priority) => {
  const result = await analyse([], type, data);
  expect(result.classification).toMatchObject({ priority, categories: [], sentiment: 'neutral' });
});

// Texts of this kind take seconds in a well-known library. A quadratic pattern here would exceed the time limit of the test.
test.each([
  'a',
  'a.',
  'a@',
  '1',
  '1,',
  '1 ',
  '1 (',
  'a-',
  '1-',
  '!',
  "a'",
  '\n',
  ' ',
  'http://a',
  '#a1',
  '$1 ',
  '100,',
  'not ',
  'order ',
  'charge ',
  'where is ',
  'how is it ? ',
  'a.b@c.de ',
  '😀',
  '注文が届かない',
  '\u0000',
  '\ud800',
  '__proto__ ',
])(
  'four thousand characters of %j take a short time',
  async (unit) => {
    const text = unit.repeat(Math.ceil(4_000 / unit.length));
    for (let n = 0; n < 20; n += 1) {
      const result = await analyse([{ text: `${text}${n}`, customer: true }]);
      if (n === 0) expect(enrichment.safeParse(result).success).toBe(true);
    }
  },
  20_000,
);
