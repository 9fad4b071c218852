// The enricher without a broker: what it reads, what it adds, and what it does not change.
import { LocalAnalyser, type Message } from '@switchboard/analysis';
import { type ConversationDetails, enrichment, eventOf, events } from '@switchboard/contracts';
import { type ConversationSource, Enricher, type EventOrigin, NotAnEvent } from './enrich.ts';
import type { ConversationFetch } from './model/conversation.ts';
import type { ModelStep } from './model/model-step.ts';

const analyser = new LocalAnalyser({ competitors: ['Zendesk'], phoneCountry: 'US' });
const headers = (type: string): EventOrigin => ({ id: 'e1', type, tenantId: 'acme' });
const NOW = Date.now();

/** Without a model. The model step has its own specs. */
function withoutModel(conversations?: ConversationSource): Enricher {
  const noSettings = { vocabulary: { products: ['Rocket Boots'], competitors: [] }, limits: {} };
  return new Enricher({
    analyser,
    conversations,
    insights: { of: () => noSettings, ready: async () => undefined },
    model: { step: {} as ModelStep, types: new Set(), apiKey: undefined },
  });
}

async function enriched(enricher: Enricher, type: string, data: unknown) {
  const value = Buffer.from(JSON.stringify({ event: type, data }));
  return JSON.parse((await enricher.enrich(value, headers(type), NOW)).toString());
}

test.each(events.map(({ type }) => type))(
  '%s: the example keeps its bytes and gets a valid enrichment',
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
  'accepts %j as an event without text',
  async (event) => {
    const result = await withoutModel().enrich(Buffer.from(JSON.stringify(event)), headers('made.up'), NOW);
    expect(JSON.parse(result.toString())).toMatchObject({
      ...event,
      enrichment: { metrics: { words: 0, messages: 0 } },
    });
  },
);

test('a conversation id with half a surrogate pair is made well-formed', async () => {
  const fetched: string[] = [];
  const note = async (_event: EventOrigin, id: string) => {
    fetched.push(encodeURIComponent(id));
    return undefined;
  };
  await enriched(withoutModel({ details: note, messages: note }), 'lead.qualified', {
    conversation_id: 'c-\ud83d',
  });
  expect(new Set(fetched)).toEqual(new Set(['c-%EF%BF%BD']));
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
  const fetched: string[] = [];
  const details: ConversationDetails = {
    id: 'conv_1',
    message_count: 7,
    first_message: 'I was charged twice!',
    summary: 'Angry about a double charge.',
  };
  const messages: readonly Message[] = [{ text: 'How do I reset my password?', customer: true }];
  const source: ConversationSource = {
    async details(event, id) {
      fetched.push(`${event.type} ${id}`);
      if (id === 'conv_3') return { id };
      return id === 'conv_1' ? details : undefined;
    },
    async messages(event, id) {
      fetched.push(`messages of ${event.type} ${id}`);
      return id === 'conv_3' ? messages : undefined;
    },
  };
  const enricher = withoutModel(source);
  beforeEach(() => fetched.splice(0));

  test('are fetched for ended and escalated conversations and for qualified leads, and for no other event', async () => {
    for (const { type } of events) await enriched(enricher, type, { conversation_id: 'conv_1' });
    expect(fetched.sort()).toEqual([
      'conversation.ended conv_1',
      'conversation.escalated conv_1',
      'lead.qualified conv_1',
    ]);
  });

  test('are part of the enrichment, and are analysed when the event has no text', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1' });
    expect(event.enrichment.conversation).toEqual(details);
    expect(event.enrichment.classification).toMatchObject({ sentiment: 'negative', categories: ['billing'] });
    const own = await enriched(enricher, 'conversation.escalated', {
      conversation_id: 'conv_1',
      customer_message: 'Thank you!',
    });
    expect(own.enrichment.classification.sentiment).toBe('positive');
  });

  test('are not enough without text: then the messages are fetched', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_3' });
    expect(fetched).toEqual(['conversation.ended conv_3', 'messages of conversation.ended conv_3']);
    expect(event.enrichment).toMatchObject({
      conversation: { id: 'conv_3' },
      classification: { categories: ['access'] },
      metrics: { messages: 1 },
    });
  });

  test('that cannot be fetched are absent', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_2' });
    expect(event.enrichment).not.toHaveProperty('conversation');
    for (const conversation_id of [undefined, 7, '']) {
      const nameless = await enriched(enricher, 'conversation.ended', { conversation_id });
      expect(nameless.enrichment).not.toHaveProperty('conversation');
    }
    expect(fetched).toEqual(['conversation.ended conv_2', 'messages of conversation.ended conv_2']);
  });
});

describe('with a model, the messages of a conversation', () => {
  const fetched: string[] = [];
  const conversations: ConversationSource = {
    async details(_, id) {
      return { id };
    },
    async messages(_, id) {
      fetched.push(id);
      return [{ text: 'all of it', customer: true }];
    },
  };
  const results: unknown[] = [];
  // The step decides what to fetch. This one fetches everything.
  const step = {
    async enrichment(_event: unknown, _insight: unknown, _key: unknown, fetch: ConversationFetch) {
      results.push({ details: await fetch.details(), messages: await fetch.messages() });
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
  beforeEach(() => fetched.splice(0));

  test.each([
    [{}],
    [{ messages: [] }],
    [{ transcript: [] }],
    [{ messages: [], transcript: '' }],
    [{ messages: [{ id: 'm1', attachment: 'picture' }] }],
    [{ summary: 'they talked' }],
  ])('are fetched for an event with %j', async (data) => {
    await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1', ...data });
    expect(fetched).toEqual(['conv_1']);
  });

  test.each([
    [{ messages: ['hello'] }],
    [{ transcript: 'hello' }],
    [{ messages: [], transcript: [{ sender: 'ai', content: 'hello' }] }],
  ])('are not fetched for an event with %j', async (data) => {
    await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_1', ...data });
    expect(fetched).toEqual([]);
    expect(results.at(-1)).toEqual({ details: { id: 'conv_1' }, messages: undefined });
  });
});
