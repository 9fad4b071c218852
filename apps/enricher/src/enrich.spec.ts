// The enricher without a broker: what it reads, what it adds, what it leaves alone.
import {
  type ConversationDetails,
  type EventHeaders,
  enrichment,
  eventOf,
  events,
} from '@switchboard/contracts';
import { LocalAnalyser } from './analyser/local-analyser.ts';
import { Enricher, NotAnEvent } from './enrich.ts';

const analyser = new LocalAnalyser({ competitors: ['Zendesk'], phoneCountry: 'US' });
const headers = (type: string): EventHeaders => ({
  id: 'e1',
  type,
  source: '/webhooks/helpninja',
  tenantId: 'acme',
});

async function enriched(enricher: Enricher, type: string, data: unknown) {
  const value = Buffer.from(JSON.stringify({ event: type, data }));
  return JSON.parse((await enricher.enrich(value, headers(type))).toString());
}

test.each(events.map(({ type }) => type))(
  '%s: the example keeps its bytes and gains a valid enrichment',
  async (type) => {
    const text = `${JSON.stringify({ event: type, timestamp: '2026-02-03T10:00:00Z', data: eventOf(type)?.example }, null, 1)}\n`;
    const result = (await new Enricher(analyser).enrich(Buffer.from(text), headers(type))).toString();
    const brace = text.lastIndexOf('}');
    expect(result.slice(0, brace)).toBe(text.slice(0, brace));
    const { enrichment: added, ...rest } = JSON.parse(result);
    expect(rest).toEqual(JSON.parse(text));
    expect(enrichment.strict().parse(added)).toEqual(added);
  },
);

test.each(['', 'nonsense', '[]', '"text"', 'null', '{"event":', '\ufeff{}'])('refuses %j', async (text) => {
  await expect(new Enricher(analyser).enrich(Buffer.from(text), headers('message.sent'))).rejects.toThrow(
    NotAnEvent,
  );
});

test.each([{}, { data: null }, { data: 'text' }, { data: [1] }])(
  'carries %j without words',
  async (event) => {
    const result = await new Enricher(analyser).enrich(
      Buffer.from(JSON.stringify(event)),
      headers('made.up'),
    );
    expect(JSON.parse(result.toString())).toMatchObject({
      ...event,
      enrichment: { metrics: { words: 0, messages: 0 } },
    });
  },
);

describe('details of the conversation', () => {
  const asked: string[] = [];
  const details: ConversationDetails = {
    id: 'conv_1',
    message_count: 7,
    first_message: 'I was charged twice!',
    summary: 'Angry about a double charge.',
  };
  const source = {
    async details(event: EventHeaders, id: string) {
      asked.push(`${event.type} ${id}`);
      return id === 'conv_1' ? details : undefined;
    },
  };
  const enricher = new Enricher(analyser, source);
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

  test('that cannot be had are absent', async () => {
    const event = await enriched(enricher, 'conversation.ended', { conversation_id: 'conv_2' });
    expect(event.enrichment).not.toHaveProperty('conversation');
    for (const conversation_id of [undefined, 7, '']) {
      const nameless = await enriched(enricher, 'conversation.ended', { conversation_id });
      expect(nameless.enrichment).not.toHaveProperty('conversation');
    }
    expect(asked).toHaveLength(1);
  });
});
