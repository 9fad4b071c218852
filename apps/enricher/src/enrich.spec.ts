// The enricher without a broker: what it reads, what it adds, what it leaves alone.

import { LocalAnalyser, type Message } from '@switchboard/analysis';
import { type ConversationDetails, enrichment, eventOf, events } from '@switchboard/contracts';
import { type ConversationSource, Enricher, type EventOrigin, NotAnEvent } from './enrich.ts';
import type { ConversationFetch } from './model/conversation.ts';
import type { ModelStep } from './model/model-step.ts';

const analyser = new LocalAnalyser({ competitors: ['Zendesk'], phoneCountry: 'US' });
const headers = (type: string): EventOrigin => ({ id: 'e1', type, tenantId: 'acme' });
const NOW = Date.now();

/** Without a model: its step has specs of its own. */
function withoutModel(conversations?: ConversationSource): Enricher {
  const nothingSet = { vocabulary: { products: ['Rocket Boots'], competitors: [] }, limits: {} };
  return new Enricher({
    analyser,
    conversations,
    insights: { of: () => nothingSet, ready: async () => undefined },
    model: { step: {} as ModelStep, types: new Set(), apiKey: undefined },
  });
}

async function enriched(enricher: Enricher, type: string, data: unknown) {
  const value = Buffer.from(JSON.stringify({ event: type, data }));
  return JSON.parse((await enricher.enrich(value, headers(type), NOW)).toString());
}

test.each(events.map(({ type }) => type))(
  '%s: the example keeps its bytes and gains a valid enrichment',
  async (type) => {
    const text = `${JSON.stringify({ event: type, timestamp: '2026-02-03T10:00:00Z', data: eventOf(type)?.example }, null, 1)}\n`;
    const result = (await withoutModel().enrich(Buffer.from(text), headers(type), NOW)).toString();
    const brace = text.lastIndexOf('}');
    expect(result.slice(0, brace)).toBe(text.slice(0, brace));
    const { enrichment: added, ...rest } = JSON.parse(result);
    expect(rest).toEqual(JSON.parse(text));
    expect(enrichment.strict().parse(added)).toEqual(added);
  },
);

test.each(['', 'nonsense', '[]', '"text"', 'null', '{"event":', '\ufeff{}'])('refuses %j', async (text) => {
  const refused = withoutModel().enrich(Buffer.from(text), headers('message.sent'), NOW);
  await expect(refused).rejects.toThrow(NotAnEvent);
});

test.each([{}, { data: null }, { data: 'text' }, { data: [1] }])(
  'carries %j without words',
  async (event) => {
    const result = await withoutModel().enrich(Buffer.from(JSON.stringify(event)), headers('made.up'), NOW);
    expect(JSON.parse(result.toString())).toMatchObject({
      ...event,
      enrichment: { metrics: { words: 0, messages: 0 } },
    });
  },
);

test('a conversation id that was cut in the middle of an emoji is asked for well-formed', async () => {
  const asked: string[] = [];
  const note = async (_event: EventOrigin, id: string) => {
    asked.push(encodeURIComponent(id));
    return undefined;
  };
  await enriched(withoutModel({ details: note, messages: note }), 'lead.qualified', {
    conversation_id: 'c-\ud83d',
  });
  expect(new Set(asked)).toEqual(new Set(['c-%EF%BF%BD']));
});

test("the tenant's own names are found", async () => {
  const event = await enriched(withoutModel(), 'message.sent', {
    message: 'Are Rocket Boots better than Zendesk?',
  });
  expect(event.enrichment).toMatchObject({
    entities: { products: ['Rocket Boots'], competitors: ['Zendesk'] },
    insights: { competitive_mentions: ['Zendesk'] },
  });
});

describe('details of the conversation', () => {
  const asked: string[] = [];
  const details: ConversationDetails = {
    id: 'conv_1',
    message_count: 7,
    first_message: 'I was charged twice!',
    summary: 'Angry about a double charge.',
  };
  const said: readonly Message[] = [{ text: 'How do I reset my password?', customer: true }];
  const source: ConversationSource = {
    async details(event, id) {
      asked.push(`${event.type} ${id}`);
      if (id === 'conv_3') return { id };
      return id === 'conv_1' ? details : undefined;
    },
    async messages(event, id) {
      asked.push(`messages of ${event.type} ${id}`);
      return id === 'conv_3' ? said : undefined;
    },
  };
  const enricher = withoutModel(source);
  beforeEach(() => asked.splice(0));

  test('are asked for where a conversation ended, escalated or qualified, and for nothing else', async () => {
    for (const { type } of events) await enriched(enricher, type, { conversation_id: 'conv_1' });
    expect(asked.sort()).toEqual([
      'conversation.ended conv_1',
      'conversation.escalated conv_1',
      'lead.qualified conv_1',
    ]);
  });

  test('go into the enrichment, and give the words where the event has none', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1' });
    expect(event.enrichment.conversation).toEqual(details);
    expect(event.enrichment.classification).toMatchObject({ sentiment: 'negative', categories: ['billing'] });
    const own = await enriched(enricher, 'conversation.escalated', {
      conversation_id: 'conv_1',
      customer_message: 'Thank you!',
    });
    expect(own.enrichment.classification.sentiment).toBe('positive');
  });

  test('are joined by its messages where neither the event nor they have words', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_3' });
    expect(asked).toEqual(['conversation.ended conv_3', 'messages of conversation.ended conv_3']);
    expect(event.enrichment).toMatchObject({
      conversation: { id: 'conv_3' },
      classification: { categories: ['access'] },
      metrics: { messages: 1 },
    });
  });

  test('that cannot be had are absent', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_2' });
    expect(event.enrichment).not.toHaveProperty('conversation');
    for (const conversation_id of [undefined, 7, '']) {
      const nameless = await enriched(enricher, 'conversation.ended', { conversation_id });
      expect(nameless.enrichment).not.toHaveProperty('conversation');
    }
    expect(asked).toEqual(['conversation.ended conv_2', 'messages of conversation.ended conv_2']);
  });
});

describe('with a model, the messages of a conversation', () => {
  const asked: string[] = [];
  const conversations: ConversationSource = {
    async details(_, id) {
      return { id };
    },
    async messages(_, id) {
      asked.push(id);
      return [{ text: 'all of it', customer: true }];
    },
  };
  const fetched: unknown[] = [];
  // The step alone decides when to fetch; here it always does.
  const step = {
    async enrichment(_event: unknown, _insight: unknown, _key: unknown, fetch: ConversationFetch) {
      fetched.push({ details: await fetch.details(), messages: await fetch.messages() });
      return '{}';
    },
  } as unknown as ModelStep;
  const enricher = new Enricher({
    analyser,
    conversations,
    insights: {
      of: () => ({ vocabulary: { products: [], competitors: [] }, limits: {} }),
      ready: async () => undefined,
    },
    model: { step, types: new Set(['conversation.ended']), apiKey: 'k' },
  });
  beforeEach(() => asked.splice(0));

  test.each([
    [{}],
    [{ messages: [] }],
    [{ transcript: [] }],
    [{ messages: [], transcript: '' }],
    [{ messages: [{ id: 'm1', attachment: 'picture' }] }],
    [{ summary: 'they talked' }],
  ])('are asked for where the event has %j', async (data) => {
    await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1', ...data });
    expect(asked).toEqual(['conv_1']);
  });

  test.each([
    [{ messages: ['hello'] }],
    [{ transcript: 'hello' }],
    [{ messages: [], transcript: [{ sender: 'ai', content: 'hello' }] }],
  ])('are not asked for where it has %j', async (data) => {
    await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1', ...data });
    expect(asked).toEqual([]);
    expect(fetched.at(-1)).toEqual({ details: { id: 'conv_1' }, messages: undefined });
  });
});
