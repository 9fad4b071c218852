import type { HttpReply } from '@switchboard/egress';
import { byStatus } from './by-status.ts';

const reply = (status: number, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers,
  text: '',
  json: () => undefined,
});

test.each([
  ['delivered', [200, 201, 202, 204, 207]],
  ['rejected', [301, 302, 307, 308, 400, 404, 405, 409, 410, 413, 414, 415, 422]],
  ['broken', [401, 402, 403, 407]],
  ['retry', [408, 421, 425, 429, 500, 501, 502, 503, 504, 520, 522, 529]],
] as const)('%s: %j', (kind, statuses) => {
  for (const status of statuses)
    expect({ status, kind: byStatus(reply(status)).kind }).toEqual({ status, kind });
});

test('obeys Retry-After of a 429 and of a 503, and waits ten seconds after a 429 without one', () => {
  expect(byStatus(reply(429, { 'retry-after': '7' }))).toMatchObject({ afterSeconds: 7, status: 429 });
  expect(byStatus(reply(503, { 'retry-after': '120' }))).toMatchObject({ afterSeconds: 120 });
  expect(byStatus(reply(429))).toMatchObject({ afterSeconds: 10 });
  expect(byStatus(reply(503))).not.toHaveProperty('afterSeconds');
});

test("the sink's own table overrides it, a status before its class", () => {
  const own = { 409: 'delivered', 410: 'broken', '4xx': 'retry', 204: 'skipped' } as const;
  const kind = (status: number) => byStatus(reply(status), own).kind;
  expect([409, 410, 404, 422, 204, 200, 500].map(kind)).toEqual([
    'delivered',
    'broken',
    'retry',
    'retry',
    'skipped',
    'delivered',
    'retry',
  ]);
  // What the class says wins over the default of one of its statuses.
  expect(kind(401)).toBe('retry');
});
