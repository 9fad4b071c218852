import { RateLimits, vendorLimits } from './rate-limits.ts';
import { startSandbox } from './started-sandbox.ts';
import type { VendorRequest } from './vendor.ts';

const request = (path: string, authorization = 'Bearer a'): VendorRequest => ({
  method: 'POST',
  path,
  query: new URLSearchParams(),
  headers: { authorization },
  text: '',
  json: undefined,
});

it('accepts a number of calls per caller in a sliding window', () => {
  let now = 0;
  const limits = new RateLimits(vendorLimits, () => now);
  const call = (token: string) => limits.refusal('hubspot', request('/crm', token));
  for (let i = 0; i < 100; i += 1) expect(call('Bearer a')).toBeUndefined();
  expect(call('Bearer a')).toMatchObject({
    status: 429,
    body: { policyName: 'TEN_SECONDLY_ROLLING' },
    headers: { 'x-hubspot-ratelimit-max': '100' },
  });
  // Another token is another caller.
  expect(call('Bearer b')).toBeUndefined();
  now = 9_999;
  expect(call('Bearer a')).toMatchObject({ status: 429 });
  now = 10_000;
  expect(call('Bearer a')).toBeUndefined();
});

it('sends Retry-After from Slack', () => {
  let now = 0;
  const limits = new RateLimits({ slack: { calls: 2, seconds: 10 } }, () => now);
  const call = () => limits.refusal('slack', request('/services/T/B/S'));
  expect(call()).toBeUndefined();
  now = 3_000;
  expect(call()).toBeUndefined();
  now = 4_000;
  expect(call()).toEqual({ status: 429, body: 'rate_limited', headers: { 'retry-after': '6' } });
  now = 10_001;
  expect(call()).toBeUndefined();
  expect(limits.refusal('helpninja', request('/v1'))).toBeUndefined();
});

it('can be switched on, off and changed while it runs; a refused call has no effect', async () => {
  const sandbox = await startSandbox({ limits: { slack: { calls: 1, seconds: 3_600 } } });
  const post = () => sandbox.send('POST', '/slack/services/T/B/S', { text: 'hi' });
  expect((await post()).status).toBe(200);
  expect(await post()).toMatchObject({ status: 429, text: 'rate_limited' });
  expect(await sandbox.received('?vendor=slack')).toMatchObject([
    { effect: true },
    { status: 429, effect: false },
  ]);
  expect((await sandbox.send('POST', '/_limits', { slack: null })).status).toBe(200);
  expect((await post()).status).toBe(200);
  const stricter = { slack: { calls: 2, seconds: 60 } };
  await sandbox.send('POST', '/_limits', stricter);
  expect((await sandbox.send('GET', '/_limits')).json).toEqual(stricter);
  for (const wrong of [[], { teams: null }, { slack: {} }, { slack: { calls: 0, seconds: 1 } }])
    expect((await sandbox.send('POST', '/_limits', wrong)).status).toBe(400);
  await sandbox.close();
});
