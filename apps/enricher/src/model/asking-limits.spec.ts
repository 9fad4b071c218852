// Whom a server that limits, hangs or refuses holds up, for how long, and what that costs.
import { setMaxListeners } from 'node:events';
import { HttpClient } from '@switchboard/egress';
import { eventually } from '@switchboard/testing';
import { type Behaviour, goodAnswer } from './test-model-server.ts';
import { ask, LIKELY, question, testQuestions } from './test-questions.ts';

const MOST_EVENTS = 40;
// As in the service, more than events can be asking: calls that hang keep no other from a connection.
const kit = testQuestions(new HttpClient({ connectionsPerOrigin: 2 * MOST_EVENTS }));

test('a rate limit that ends in time is waited for, by everybody with that key', async () => {
  const limited: Behaviour = { status: 429, headers: { 'retry-after-ms': '300' } };
  const at: number[] = [];
  kit.server.behave((_request, index) => {
    at.push(performance.now());
    return index === 0 ? limited : {};
  });
  const asking = kit.start();
  const first = ask(asking, 'k', question());
  await eventually(() => expect([...asking.held(performance.now()).keys()]).toEqual(['rate_limited']));
  const came = await Promise.all([first, ask(asking, 'k', question())]);
  for (const one of came) expect(one).toMatchObject({ answer: goodAnswer });
  expect(at).toHaveLength(3);
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(200);
});

test('after a rate limit one goes first, and the others with that key when it has worked', async () => {
  kit.server.behave((_request, index) => {
    if (index === 0) return { status: 429, headers: { 'retry-after-ms': '300' } };
    return index === 1 ? { delayMs: 300 } : {};
  });
  const asking = kit.start({ concurrency: 20 });
  const first = ask(asking, 'k', question());
  await eventually(() => expect([...asking.held(performance.now()).keys()]).toEqual(['rate_limited']));
  const others = Array.from({ length: 12 }, () => ask(asking, 'k', question()));
  for (const came of await Promise.all([first, ...others]))
    expect(came).toMatchObject({ answer: goodAnswer });
  const [, trial, ...rest] = kit.server.requests.map(({ at }) => at);
  expect(rest).toHaveLength(12);
  // The clock of the record may round a millisecond away.
  for (const at of rest) expect(at - (trial ?? 0)).toBeGreaterThanOrEqual(298);
});

test('limited again after the limit: whoever waits goes on without, and so do all who come', async () => {
  kit.server.behave({ status: 429, headers: { 'retry-after-ms': '300' } });
  const asking = kit.start();
  const came = await Promise.all([1, 2, 3].map(() => ask(asking, 'k', question())));
  expect(came.map((one) => 'reason' in one && one.reason)).toEqual(Array(3).fill('rate_limited'));
  const { length } = kit.server.requests;
  expect(length).toBeLessThanOrEqual(6);
  kit.server.behave({ status: 429, headers: { 'retry-after': '60' } });
  await eventually(() => expect([...asking.held(performance.now())]).toEqual([]));
  expect(await ask(asking, 'k', question())).toMatchObject({ reason: 'rate_limited' });
  expect(await ask(asking, 'k', question(600_000))).toMatchObject({ reason: 'rate_limited' });
  expect(kit.server.requests).toHaveLength(length + 1);
});

test('who is told to come back at once does so a few times and not for as long as there is time', async () => {
  kit.server.behave({ status: 429, headers: { 'retry-after': '0' } });
  expect(await ask(kit.start(), 'k', question())).toMatchObject({ reason: 'rate_limited' });
  expect(kit.server.requests.length).toBeLessThanOrEqual(3);
});

test('after five failures in a row nobody asks with that key, and others with another do', async () => {
  kit.server.behave(({ headers }) => (headers['authorization'] === 'Bearer bad' ? { status: 500 } : {}));
  const asking = kit.start();
  for (let nth = 0; nth < 8; nth += 1)
    expect(await ask(asking, 'bad', question())).toMatchObject({ reason: 'unavailable' });
  expect(kit.server.requests).toHaveLength(5);
  const asked = question();
  expect(await ask(asking, 'bad', asked)).toEqual({ reason: 'unavailable', microUsd: 0 });
  expect((await kit.spent(asked)).tokens).toBe(0);
  expect(await ask(asking, 'good', question())).toMatchObject({ answer: goodAnswer });
});

test('a server that hangs is given up at the longest call, or at the end of the time', async () => {
  kit.server.behave({ fault: 'hang' });
  const asking = kit.start({ timeoutMs: 200 });
  const slow = question();
  expect(await ask(asking, 'k', slow)).toMatchObject({ reason: 'unavailable' });
  // Nobody knows whether the server went on and charges for it.
  expect((await kit.spent(slow)).tokens).toBe(LIKELY);
  expect(await ask(kit.start(), 'k', question(200))).toMatchObject({ reason: 'deadline' });
});

test('a server that stops answering charges for the calls that found it out, and not for all under way', async () => {
  let cut: (behaviour: Behaviour) => void = () => undefined;
  const all = new Promise<Behaviour>((resolve) => {
    cut = resolve;
  });
  kit.server.behave((_request, index) => {
    if (index === MOST_EVENTS - 1) cut({ fault: 'reset' });
    return all;
  });
  const asking = kit.start({ concurrency: MOST_EVENTS });
  const asked = Array.from({ length: MOST_EVENTS }, () => question());
  const came = await Promise.all(asked.map((one) => ask(asking, 'k', one)));
  expect(came.map((one) => 'reason' in one && one.reason)).toEqual(Array(MOST_EVENTS).fill('unavailable'));
  const tokens = await Promise.all(asked.map(async (one) => (await kit.spent(one)).tokens));
  expect(tokens.filter((some) => some > 0)).toEqual(Array(5).fill(LIKELY));
});

test('calls that are given up with their events find out as well that a server hangs', async () => {
  kit.server.behave({ fault: 'hang' });
  // Each event has somewhat less time than a call may take.
  const asking = kit.start({ timeoutMs: 3_000, concurrency: 5 });
  const came = await Promise.all([1, 2, 3, 4, 5].map(() => ask(asking, 'k', question(2_800))));
  expect(came.map((one) => 'reason' in one && one.reason)).toEqual(Array(5).fill('deadline'));
  expect(await ask(asking, 'k', question())).toEqual({ reason: 'unavailable', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(5);
});

test('a key that was set anew is tried at once', async () => {
  kit.server.behave({ status: 401 });
  const told: (string | undefined)[] = [];
  const asking = kit.start({ watch: ({ reason }) => told.push(reason) });
  expect(await ask(asking, 'k', question())).toMatchObject({ reason: 'credentials' });
  kit.server.behave();
  expect(await ask(asking, 'k', question())).toMatchObject({ reason: 'credentials' });
  expect(kit.server.requests).toHaveLength(1);
  asking.mended('k');
  expect(await ask(asking, 'k', question())).toMatchObject({ answer: goodAnswer });
  expect(asking.holdOf('k')).toBeUndefined();
  expect(told).toEqual(['credentials', undefined]);
});

test('one waits for a turn no longer than there is time, and turns are given back', async () => {
  kit.server.behave({ fault: 'hang' });
  const asking = kit.start({ concurrency: 2 });
  const gone = new AbortController();
  const held = [1, 2].map(() => ask(asking, 'k', { ...question(), signal: gone.signal }));
  await eventually(() => expect(kit.server.requests).toHaveLength(2));
  expect(await ask(asking, 'k', question(100))).toEqual({ reason: 'deadline', microUsd: 0 });
  expect(kit.server.requests).toHaveLength(2);
  kit.server.behave();
  const next = ask(asking, 'k', question());
  gone.abort();
  for (const one of await Promise.all(held)) expect(one).toMatchObject({ reason: 'deadline' });
  expect(await next).toMatchObject({ answer: goodAnswer });
});

test('where more wait than can be answered soon, the others go on without', async () => {
  kit.server.behave({ fault: 'hang' });
  const asking = kit.start({ concurrency: 1 });
  const gone = new AbortController();
  const held = Array.from({ length: 4 }, () => ask(asking, 'k', { ...question(), signal: gone.signal }));
  await eventually(() => expect(kit.server.requests).toHaveLength(1));
  expect(await ask(asking, 'k', question())).toEqual({ reason: 'busy', microUsd: 0 });
  gone.abort();
  await Promise.all(held);
  kit.server.behave();
  expect(await ask(asking, 'k', question())).toMatchObject({ answer: goodAnswer });
});

test('keys that hang leave room for those events that ask nobody, and for other keys', async () => {
  kit.server.behave({ fault: 'hang' });
  const asking = kit.start({ concurrency: 10, events: MOST_EVENTS });
  const gone = new AbortController();
  setMaxListeners(MOST_EVENTS, gone.signal);
  const held = Array.from({ length: MOST_EVENTS }, (_, nth) =>
    ask(asking, `k${nth % 4}`, { ...question(), signal: gone.signal }),
  );
  await eventually(() => expect(kit.server.requests).toHaveLength(MOST_EVENTS));
  expect(await ask(asking, 'k0', question())).toEqual({ reason: 'busy', microUsd: 0 });
  kit.server.behave();
  expect(await ask(asking, 'another', question())).toMatchObject({ answer: goodAnswer });
  gone.abort();
  await Promise.all(held);
});
