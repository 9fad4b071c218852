// Servers that limit, hang or refuse: which requests they delay, for how long, and what that costs.
import { setMaxListeners } from 'node:events';
import { HttpClient } from '@switchboard/egress';
import { eventually } from '@switchboard/testing';
import { type Behaviour, goodAnswer } from './test-model-server.ts';
import { ask, LIKELY, newRequest, testModelRequests } from './test-model-requests.ts';

const MAX_REQUESTS = 40;
// As in the service, there are more connections than requests, so that hanging calls do not block others.
const kit = testModelRequests(new HttpClient({ connectionsPerOrigin: 2 * MAX_REQUESTS }));

test('all requests of a key wait for the end of a rate limit that ends before their deadline', async () => {
  const limited: Behaviour = { status: 429, headers: { 'retry-after-ms': '300' } };
  const at: number[] = [];
  kit.server.behave((_request, index) => {
    at.push(performance.now());
    return index === 0 ? limited : {};
  });
  const gateway = kit.start();
  const first = ask(gateway, 'k', newRequest());
  await eventually(() => expect([...gateway.heldKeys(performance.now()).keys()]).toEqual(['rate_limited']));
  const results = await Promise.all([first, ask(gateway, 'k', newRequest())]);
  for (const one of results) expect(one).toMatchObject({ answer: goodAnswer });
  expect(at).toHaveLength(3);
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(200);
});

test('after a rate limit there is one probe, and the other requests of the key follow when it has succeeded', async () => {
  kit.server.behave((_request, index) => {
    if (index === 0) return { status: 429, headers: { 'retry-after-ms': '300' } };
    return index === 1 ? { delayMs: 300 } : {};
  });
  const gateway = kit.start({ concurrency: 20 });
  const first = ask(gateway, 'k', newRequest());
  await eventually(() => expect([...gateway.heldKeys(performance.now()).keys()]).toEqual(['rate_limited']));
  const others = Array.from({ length: 12 }, () => ask(gateway, 'k', newRequest()));
  for (const result of await Promise.all([first, ...others]))
    expect(result).toMatchObject({ answer: goodAnswer });
  const [, probe, ...rest] = kit.server.requests.map(({ at }) => at);
  expect(rest).toHaveLength(12);
  // The recorded times may be rounded by a millisecond.
  for (const at of rest) expect(at - (probe ?? 0)).toBeGreaterThanOrEqual(298);
});

test('after a second rate limit in a row no request waits for its end', async () => {
  kit.server.behave({ status: 429, headers: { 'retry-after-ms': '300' } });
  const gateway = kit.start();
  const results = await Promise.all([1, 2, 3].map(() => ask(gateway, 'k', newRequest())));
  expect(results.map((one) => 'reason' in one && one.reason)).toEqual(Array(3).fill('rate_limited'));
  const { length } = kit.server.requests;
  expect(length).toBeLessThanOrEqual(6);
  kit.server.behave({ status: 429, headers: { 'retry-after': '60' } });
  await eventually(() => expect([...gateway.heldKeys(performance.now())]).toEqual([]));
  expect(await ask(gateway, 'k', newRequest())).toMatchObject({ reason: 'rate_limited' });
  expect(await ask(gateway, 'k', newRequest(600_000))).toMatchObject({ reason: 'rate_limited' });
  expect(kit.server.requests).toHaveLength(length + 1);
});

test('Retry-After 0 leads to a few calls, and not to a busy loop until the deadline', async () => {
  kit.server.behave({ status: 429, headers: { 'retry-after': '0' } });
  expect(await ask(kit.start(), 'k', newRequest())).toMatchObject({ reason: 'rate_limited' });
  expect(kit.server.requests.length).toBeLessThanOrEqual(3);
});

test('five failures in a row hold the key, and no other key', async () => {
  kit.server.behave(({ headers }) => (headers['authorization'] === 'Bearer bad' ? { status: 500 } : {}));
  const gateway = kit.start();
  for (let nth = 0; nth < 8; nth += 1)
    expect(await ask(gateway, 'bad', newRequest())).toMatchObject({ reason: 'unavailable' });
  expect(kit.server.requests).toHaveLength(5);
  const request = newRequest();
  expect(await ask(gateway, 'bad', request)).toEqual({ reason: 'unavailable', microUsd: 0 });
  expect((await kit.spent(request)).tokens).toBe(0);
  expect(await ask(gateway, 'good', newRequest())).toMatchObject({ answer: goodAnswer });
});

test('a call of a hanging server ends at its time limit or at the deadline', async () => {
  kit.server.behave({ fault: 'hang' });
  const gateway = kit.start({ timeoutMs: 200 });
  const slow = newRequest();
  expect(await ask(gateway, 'k', slow)).toMatchObject({ reason: 'unavailable' });
  // It is not known whether the server charges for it.
  expect((await kit.spent(slow)).tokens).toBe(LIKELY);
  expect(await ask(kit.start(), 'k', newRequest(200))).toMatchObject({ reason: 'deadline' });
});

test('when a server stops answering, only the calls that open the breaker are counted as cost', async () => {
  let resetAll: (behaviour: Behaviour) => void = () => undefined;
  const all = new Promise<Behaviour>((resolve) => {
    resetAll = resolve;
  });
  kit.server.behave((_request, index) => {
    if (index === MAX_REQUESTS - 1) resetAll({ fault: 'reset' });
    return all;
  });
  const gateway = kit.start({ concurrency: MAX_REQUESTS });
  const requests = Array.from({ length: MAX_REQUESTS }, () => newRequest());
  const results = await Promise.all(requests.map((one) => ask(gateway, 'k', one)));
  expect(results.map((one) => 'reason' in one && one.reason)).toEqual(
    Array(MAX_REQUESTS).fill('unavailable'),
  );
  const tokens = await Promise.all(requests.map(async (one) => (await kit.spent(one)).tokens));
  expect(tokens.filter((some) => some > 0)).toEqual(Array(5).fill(LIKELY));
});

test('calls that end with the deadline of their events also open the breaker of a hanging server', async () => {
  kit.server.behave({ fault: 'hang' });
  // The deadline of each event is a little before the time limit of a call.
  const gateway = kit.start({ timeoutMs: 3_000, concurrency: 5 });
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => ask(gateway, 'k', newRequest(2_800))));
  expect(results.map((one) => 'reason' in one && one.reason)).toEqual(Array(5).fill('deadline'));
  expect(await ask(gateway, 'k', newRequest())).toEqual({ reason: 'unavailable', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(5);
});

test('a changed key is tried at once', async () => {
  kit.server.behave({ status: 401 });
  const reported: (string | undefined)[] = [];
  const gateway = kit.start({ onHoldChange: ({ reason }) => reported.push(reason) });
  expect(await ask(gateway, 'k', newRequest())).toMatchObject({ reason: 'credentials' });
  kit.server.behave();
  expect(await ask(gateway, 'k', newRequest())).toMatchObject({ reason: 'credentials' });
  expect(kit.server.requests).toHaveLength(1);
  gateway.keyChanged('k');
  expect(await ask(gateway, 'k', newRequest())).toMatchObject({ answer: goodAnswer });
  expect(gateway.holdReason('k')).toBeUndefined();
  expect(reported).toEqual(['credentials', undefined]);
});

test('a request waits for a free call until its deadline, and a call that ends frees its place', async () => {
  kit.server.behave({ fault: 'hang' });
  const gateway = kit.start({ concurrency: 2 });
  const end = new AbortController();
  const hanging = [1, 2].map(() => ask(gateway, 'k', { ...newRequest(), signal: end.signal }));
  await eventually(() => expect(kit.server.requests).toHaveLength(2));
  expect(await ask(gateway, 'k', newRequest(100))).toEqual({ reason: 'deadline', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(2);
  kit.server.behave();
  const next = ask(gateway, 'k', newRequest());
  end.abort();
  for (const one of await Promise.all(hanging)) expect(one).toMatchObject({ reason: 'deadline' });
  expect(await next).toMatchObject({ answer: goodAnswer });
});

test('when too many requests of a key wait, further ones are busy at once', async () => {
  kit.server.behave({ fault: 'hang' });
  const gateway = kit.start({ concurrency: 1 });
  const end = new AbortController();
  const hanging = Array.from({ length: 4 }, () => ask(gateway, 'k', { ...newRequest(), signal: end.signal }));
  await eventually(() => expect(kit.server.requests).toHaveLength(1));
  expect(await ask(gateway, 'k', newRequest())).toEqual({ reason: 'busy', microUsd: 0 });
  end.abort();
  await Promise.all(hanging);
  kit.server.behave();
  expect(await ask(gateway, 'k', newRequest())).toMatchObject({ answer: goodAnswer });
});

test('hanging keys leave room for events without the model, and for other keys', async () => {
  kit.server.behave({ fault: 'hang' });
  const gateway = kit.start({ concurrency: 10, maxRequests: MAX_REQUESTS + 10, reservedRequests: 10 });
  const end = new AbortController();
  setMaxListeners(MAX_REQUESTS, end.signal);
  const hanging = Array.from({ length: MAX_REQUESTS }, (_, nth) =>
    ask(gateway, `k${nth % 4}`, { ...newRequest(), signal: end.signal }),
  );
  await eventually(() => expect(kit.server.requests).toHaveLength(MAX_REQUESTS));
  expect(await ask(gateway, 'k0', newRequest())).toEqual({ reason: 'busy', microUsd: 0 });
  kit.server.behave();
  expect(await ask(gateway, 'another', newRequest())).toMatchObject({ answer: goodAnswer });
  end.abort();
  await Promise.all(hanging);
});

test('many hanging keys with one request each never hold more than the limit; further requests are busy at once', async () => {
  kit.server.behave({ fault: 'hang' });
  const gateway = kit.start({ maxRequests: MAX_REQUESTS, reservedRequests: 10 });
  const end = new AbortController();
  setMaxListeners(MAX_REQUESTS, end.signal);
  const busy: number[] = [];
  const hanging = Array.from({ length: 120 }, async (_, nth) => {
    const result = await ask(gateway, `k${nth}`, { ...newRequest(), signal: end.signal });
    if ('reason' in result && result.reason === 'busy') busy.push(nth);
    return result;
  });
  await eventually(() => expect(kit.server.requests).toHaveLength(MAX_REQUESTS));
  expect(busy).toEqual(Array.from({ length: 120 - MAX_REQUESTS }, (_, nth) => MAX_REQUESTS + nth));
  expect(await ask(gateway, 'another', newRequest())).toEqual({ reason: 'busy', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(MAX_REQUESTS);
  end.abort();
  await Promise.all(hanging);
  kit.server.behave();
  expect(await ask(gateway, 'another', newRequest())).toMatchObject({ answer: goodAnswer });
});
