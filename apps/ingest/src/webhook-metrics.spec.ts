// The counts of 24 hours: while Postgres is away none is lost or doubled, and other errors are logged.
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { Metrics, readWebhookTotals } from '@switchboard/service';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
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
let errors: string[];

beforeEach(async () => {
  corner = await suite({ topics: false });
  errors = [];
});
afterEach(() => corner.end());

const counting = (database: Database) =>
  new WebhookMetrics(new Metrics('ingest'), database, {
    ...quiet,
    error: (fields) => void errors.push((fields as { error_message: string }).error_message),
  });

test.each(['delete', 'insert'])('Postgres away at the %s: every count is written once', async (word) => {
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
  expect(errors).toEqual([]);
});

test('a refused statement is logged once, loses no count and stops nothing', async () => {
  await corner.database.query('alter table webhook_minute rename to set_aside');
  const webhooks = counting(corner.database);
  webhooks.start();
  webhooks.accepted(event, 0.5);
  await eventually(() => expect(errors).toEqual([expect.stringContaining('42P01')]));
  await corner.database.query('alter table set_aside rename to webhook_minute');
  webhooks.accepted(event, 0.5);
  await webhooks.stop();
  expect(await readWebhookTotals(corner.database)).toMatchObject({ accepted: 2 });
  expect(errors).toHaveLength(1);
});
