import {
  allTopics,
  decodeHeaders,
  encodeHeaders,
  envelopeFault,
  orderingKey,
  PARTITIONS,
  routesOf,
  topicName,
  topics,
  topicsToRead,
} from './index.ts';

describe('the ordering key', () => {
  test('is the conversation under either spelling', () => {
    expect(orderingKey('message.sent', { conversation_id: 'c1' }, 'e')).toBe('c1');
    expect(orderingKey('nobody.knows', { conversationId: 'c2' }, 'e')).toBe('c2');
  });
  test('is the entity the event is about when there is no conversation', () => {
    expect(orderingKey('document.uploaded', { document_id: 'd1' }, 'e')).toBe('d1');
    expect(orderingKey('customer.identified', { customer_id: 'k1', customer_email: 'a@x.test' }, 'e')).toBe(
      'k1',
    );
  });
  test('is the event id when nothing names an entity, or with the wrong type', () => {
    expect(orderingKey('nobody.knows', {}, 'e1')).toBe('e1');
    expect(orderingKey('message.sent', { conversation_id: 7 }, 'e1')).toBe('e1');
    expect(orderingKey('message.sent', { conversation_id: '\0' }, 'e1')).toBe('e1');
  });
  test('has at most 200 characters and no NUL', () => {
    expect(orderingKey('message.sent', { conversation_id: `a\0${'b'.repeat(300)}` }, 'e')).toBe(
      `a${'b'.repeat(199)}`,
    );
  });
});

describe('routes', () => {
  const names = (type: string) => routesOf(type).map(({ name }) => name);
  test.each([
    ['conversation.started', ['conversation-events']],
    ['conversation.escalated', ['conversation-events', 'support-escalations']],
    ['lead.qualified', ['sales-leads']],
    ['message.sent', []],
    ['conversation.sung', []],
  ])('%s', (type, expected) => {
    expect(names(type)).toEqual(expected);
  });
  test('topicsToRead gives the narrowest topic that has all the types', () => {
    expect(topicsToRead(['conversation.escalated'])).toEqual([topics.escalations]);
    expect(topicsToRead(['conversation.escalated', 'conversation.ended'])).toEqual([topics.conversations]);
    expect(topicsToRead(['lead.qualified'])).toEqual([topics.leads]);
    expect(topicsToRead(['lead.qualified', 'conversation.escalated'])).toEqual([topics.enriched]);
    expect(() => topicsToRead(['nobody.knows'])).toThrow('nobody.knows');
  });
  test('operational events have a topic of their own', () => {
    expect(topicsToRead(['integration.broken'])).toEqual([topics.operations]);
    expect(topicsToRead(['delivery.dead', 'lead.qualified'])).toEqual([topics.leads, topics.operations]);
  });
});

describe('topics', () => {
  test('all have the same number of partitions, and the largest record fits on the dead-letter topic with its headers', () => {
    expect(new Set(allTopics.map(({ partitions }) => partitions))).toEqual(new Set([PARTITIONS]));
    expect(topics.deadLetters.maxMessageBytes).toBeGreaterThan(topics.events.maxMessageBytes);
    expect(topicName(topics.leads, 'x.')).toBe('x.sales-leads');
  });
});

describe('headers', () => {
  const event = { id: 'i', type: 't', source: '/s', tenantId: 'acme', time: '2026-01-01T00:00:00Z' };
  test('are read as they were written, as text or as bytes', () => {
    const raw = encodeHeaders(event);
    expect(decodeHeaders(raw)).toEqual(event);
    const bytes = Object.fromEntries(
      Object.entries(raw).map(([name, value]) => [name, Buffer.from(String(value))]),
    );
    expect(decodeHeaders(bytes)).toEqual(event);
    expect(raw['ce_specversion']).toBe('1.0');
    expect(Object.keys(raw)).not.toContain('traceparent');
  });
  test('carry a trace if there is one; an invalid one is dropped', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const raw = encodeHeaders({ ...event, traceparent });
    expect(raw['traceparent']).toBe(traceparent);
    expect(decodeHeaders(raw)).toEqual({ ...event, traceparent });
    expect(decodeHeaders({ ...raw, traceparent: `${traceparent}-x` })).toEqual(event);
  });
  test.each(['ce_id', 'ce_type', 'ce_source', 'ce_tenantid'])(
    'a record without %s is not an event',
    (name) => {
      const { [name]: _gone, ...rest } = encodeHeaders(event);
      expect(decodeHeaders(rest)).toBeUndefined();
      expect(decodeHeaders({ ...rest, [name]: '' })).toBeUndefined();
    },
  );
});

describe('the envelope', () => {
  test.each([
    [{ event: 'a.b', data: {} }, undefined],
    [{ event: 'a.b', data: {}, anything: [1], timestamp: '2026-01-01', tenant_id: 'acme' }, undefined],
    [{ data: {} }, 'event'],
    [{ event: 7, data: {} }, 'event'],
    [{ event: 'a\nb', data: {} }, 'event'],
    [{ event: 'a\ud800', data: {} }, 'event'],
    [{ event: 'a.😀', data: {} }, undefined],
    [{ event: 'a', timestamp: '\udc00', data: {} }, 'timestamp'],
    [{ event: 'a.b' }, 'data'],
    [{ event: 'a.b', data: [] }, 'data'],
    [{ event: 'a.b', data: null }, 'data'],
    [{ event: 'a.b', data: {}, tenant_id: 'a b' }, 'tenant_id'],
    [{ event: 'a.b', data: {}, timestamp: 5 }, 'timestamp'],
    [[], ''],
    ['text', ''],
    [null, ''],
  ])('%j', (body, path) => {
    expect(envelopeFault(body)?.path).toBe(path);
  });
});
