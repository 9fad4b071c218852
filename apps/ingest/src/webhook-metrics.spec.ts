// The figures of 24 hours: trouble of Postgres loses and doubles none, anything else is told and not swallowed.
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { Metrics, readWebhookTotals } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import type { AcceptedEvent } from './accept.ts';
import { WebhookMetrics } from './webhook-metrics.ts';

const event: AcceptedEvent = {
  id: 'e',
  type: 'message.sent',
  tenantId: 'acme',
  key: 'k',
  headers: {},
  value: Buffer.from('{}'),
  acceptedAt: 0,
  conforms: true,
};
let corner: Suite;
let fatal: Error[];

beforeEach(async () => {
  corner = await suite({ topics: false });
  fatal = [];
});
afterEach(() => corner.end());

const counting = (database: Database) =>
  new WebhookMetrics(new Metrics('ingest'), database, (error) => fatal.push(error));

test.each(['delete', 'insert'])('Postgres away at the %s: every figure is written once', async (word) => {
  let away = true;
  let refused = 0;
  const query: Database['query'] = (text, params = []) => {
    if (!away || !text.startsWith(word)) return corner.database.query(text, params);
    refused += 1;
    return Promise.reject(new PostgresUnavailableError(new Error('the connection ended')));
  };
  const webhooks = counting({ ...corner.database, query });
  webhooks.start();
  webhooks.accepted(event, 0.5);
  await eventually(() => expect(refused).toBe(1));
  away = false;
  webhooks.rejected('body', 0.1);
  await webhooks.stop();
  expect(await readWebhookTotals(corner.database)).toEqual({
    accepted: 1,
    averageSeconds: 0.3,
    errorRate: 0.5,
  });
  expect(fatal).toEqual([]);
});

test('what Postgres refuses ends the service, and is thrown by a stop', async () => {
  await corner.database.query('drop table webhook_minute');
  const webhooks = counting(corner.database);
  webhooks.start();
  webhooks.accepted(event, 0.5);
  await eventually(() => expect(fatal).toMatchObject([{ name: 'QueryError', code: '42P01' }]));
  webhooks.accepted(event, 0.5);
  await expect(webhooks.stop()).rejects.toMatchObject({ name: 'QueryError', code: '42P01' });
});
