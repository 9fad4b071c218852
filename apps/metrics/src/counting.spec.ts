// The part of a record that is counted, and concurrent chunks in one statement.
import { encodeHeaders, topics } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { type Suite, suite } from '@switchboard/testing';
import { count, countable } from './counting.ts';

const HOUR = Date.UTC(2026, 1, 3, 10);

const record = (timestamp: number): InRecord => ({
  topic: topics.enriched,
  partition: 0,
  offset: 0,
  key: null,
  value: null,
  headers: encodeHeaders({
    id: 'e',
    type: 'lead.qualified',
    source: '/webhooks/helpninja',
    tenantId: 'acme',
  }),
  timestamp,
});

test('the hour is that of the record timestamp', () => {
  expect(countable(record(HOUR + 3_599_999))).toEqual({
    eventId: 'e',
    tenantId: 'acme',
    type: 'lead.qualified',
    hour: HOUR,
  });
});

test.each([-1, Number.NaN, Date.UTC(10_000, 0)])('a timestamp of %p is a dead letter', (timestamp) => {
  expect(countable(record(timestamp))).toMatchObject({ kind: 'dead', code: 'TIMESTAMP_INVALID' });
});

test('a record without headers is a dead letter', () => {
  expect(countable({ ...record(HOUR), headers: {} })).toMatchObject({
    kind: 'dead',
    code: 'HEADERS_MISSING',
  });
});

describe('in the database', () => {
  let corner: Suite;
  beforeAll(async () => {
    corner = await suite({ topics: false });
  });
  afterAll(() => corner.end());

  test('chunks that overlap and run side by side count each event once', async () => {
    const event = (n: number) => ({
      eventId: `e${n}`,
      tenantId: `t${n % 3}`,
      type: `type${n % 5}`,
      hour: HOUR,
    });
    const chunk = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => event(from + index));
    const chunks = [chunk(0, 60), chunk(30, 90).reverse(), chunk(0, 90), chunk(80, 100), chunk(99, 100)];
    const fresh = await Promise.all(chunks.map((events) => count(corner.database, events)));
    expect(fresh.reduce((sum, each) => sum + each, 0)).toBe(100);
    const [row] = await corner.database.query(
      'select sum(events)::int as events, count(*)::int as rows from event_count',
    );
    expect(row).toEqual({ events: 100, rows: 15 });
    expect(await count(corner.database, [])).toBe(0);
  });
});
