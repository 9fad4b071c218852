import { eventOf, events, markedFields, typeLabel } from './index.ts';

test('the catalogue has every event type of the platform once', () => {
  expect(events.map(({ type }) => type).sort()).toEqual([
    'ai.response.high_confidence',
    'ai.response.low_confidence',
    'conversation.abandoned',
    'conversation.ended',
    'conversation.escalated',
    'conversation.resolved',
    'conversation.started',
    'customer.identified',
    'document.uploaded',
    'error.occurred',
    'feedback.submitted',
    'integration.configured',
    'lead.qualified',
    'message.failed',
    'message.sent',
    'satisfaction.received',
    'usage.threshold_reached',
  ]);
});

test('every example matches its schema and keeps unknown fields', () => {
  for (const event of events) {
    const data = { ...event.example, added_by_the_sender: 1 };
    expect(event.data.parse(data)).toEqual(data);
  }
});

test('personal data is marked', () => {
  const marks = Object.fromEntries(events.map((event) => [event.type, markedFields(event.data, 'pii')]));
  expect(marks['lead.qualified']).toEqual(['customer_email', 'customer_name', 'customer_phone', 'summary']);
  expect(marks['conversation.started']).toEqual(['ip_address', 'initial_message']);
  expect(marks['conversation.escalated']).toEqual(['customer_message', 'customer_email']);
  expect(marks['document.uploaded']).toEqual([]);
});

test('an unknown type has no definition and the label "other"', () => {
  expect(eventOf('conversation.sung')).toBeUndefined();
  expect(typeLabel('conversation.sung')).toBe('other');
  expect(typeLabel('lead.qualified')).toBe('lead.qualified');
});
