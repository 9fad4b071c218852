import { headerText } from '@switchboard/contracts';
import { type AcceptedEvent, accept } from './accept.ts';

const NOW = 1_750_000_000_000;
const body = (value: unknown) => Buffer.from(JSON.stringify(value));
const lead = {
  event: 'lead.qualified',
  timestamp: '2026-01-01T00:00:00Z',
  data: { conversation_id: 'c1', qualification_score: 80, customer_email: 'a@example.com' },
};
const taken = (value: unknown, owner?: string, defaultTenant?: string) =>
  accept(body(value), owner, defaultTenant, NOW) as AcceptedEvent;

test('keeps the bytes, and adds id, key, headers and time', () => {
  const bytes = body(lead);
  const event = accept(bytes, 'acme', undefined, NOW) as AcceptedEvent;
  expect(event.value).toBe(bytes);
  expect(event).toMatchObject({
    type: 'lead.qualified',
    tenantId: 'acme',
    key: 'c1',
    acceptedAt: NOW,
    conforms: true,
  });
  expect(event.id).toMatch(/^[0-9a-f]{64}$/);
  expect(headerText(event.headers, 'ce_id')).toBe(event.id);
  expect(headerText(event.headers, 'ce_time')).toBe('2026-01-01T00:00:00Z');
  expect(headerText(event.headers, 'ce_source')).toBe('/webhooks/helpninja');
});

test('only the same bytes of the same tenant are the same event', () => {
  expect(taken(lead, 'acme').id).toBe(taken(lead, 'acme').id);
  expect(taken(lead, 'acme').id).not.toBe(taken(lead, 'globex').id);
  expect(taken(lead, 'acme').id).not.toBe(taken({ ...lead, x: 1 }, 'acme').id);
});

test('the tenant is the owner of the secret', () => {
  expect(taken({ ...lead, tenant_id: 'acme' }, 'acme').tenantId).toBe('acme');
  expect(accept(body({ ...lead, tenant_id: 'globex' }), 'acme', undefined, NOW)).toEqual({ kind: 'tenant' });
});

test('with a platform-wide secret the tenant is the named one, else the default; without either the event is refused', () => {
  expect(taken({ ...lead, tenant_id: 'globex' }).tenantId).toBe('globex');
  expect(taken(lead, undefined, 'house').tenantId).toBe('house');
  expect(accept(body(lead), undefined, undefined, NOW)).toMatchObject({ kind: 'body', path: 'tenant_id' });
});

test.each([
  [Buffer.from('{'), ''],
  [Buffer.from([0x22, 0xff, 0x22]), ''],
  [Buffer.from(''), ''],
  [Buffer.from('\ufeff{"event":"x","data":{}}'), ''],
  [body({ event: 'x' }), 'data'],
  [body({ data: {} }), 'event'],
])('a body that is not an event is refused with the path of the fault', (bytes, path) => {
  expect(accept(bytes, 'acme', undefined, NOW)).toMatchObject({ kind: 'body', path });
});

test('data that does not match its schema, and unknown types, are accepted', () => {
  expect(
    taken({ event: 'lead.qualified', data: { conversation_id: 'c1', qualification_score: 'high' } }, 'acme'),
  ).toMatchObject({
    conforms: false,
    key: 'c1',
  });
  expect(taken({ event: 'nobody.knows', data: {} }, 'acme')).toMatchObject({
    conforms: true,
    type: 'nobody.knows',
  });
});
