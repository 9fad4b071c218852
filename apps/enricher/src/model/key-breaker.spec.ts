import { KeyBreaker, type Permit } from './key-breaker.ts';

let breaker: KeyBreaker;
beforeEach(() => {
  breaker = new KeyBreaker();
});
/** A permit; throws when there is none. */
function acquire(now: number): Permit {
  const acquired = breaker.tryAcquire(now);
  if (!acquired.granted) throw new Error(`no permit: ${acquired.reason}`);
  return acquired.permit;
}
const fail = (times: number, now = 0) => {
  for (let n = 0; n < times; n += 1) breaker.failed(acquire(now), now);
};
const GRANTED = expect.objectContaining({ granted: true });
const both = (now: number) => [breaker.tryAcquire(now), breaker.tryAcquire(now)];

test('opens at the fifth failure in a row, for ten seconds', () => {
  fail(4);
  breaker.succeeded(acquire(0));
  fail(4);
  expect(breaker.tryAcquire(0)).toEqual(GRANTED);
  fail(1);
  expect(breaker.tryAcquire(9_999)).toEqual({
    granted: false,
    reason: 'unavailable',
    until: 10_000,
    wait: false,
  });
  expect(breaker.holdReason(9_999)).toBe('unavailable');
});

test('after the rest one probe decides for all calls; until it ends, the key counts as held', () => {
  fail(5);
  const first = acquire(10_000);
  expect(breaker.tryAcquire(10_001)).toMatchObject({ granted: false, reason: 'unavailable' });
  expect(breaker.holdReason(10_001)).toBe('unavailable');
  breaker.failed(first, 10_100);
  expect(breaker.tryAcquire(20_099)).toMatchObject({ granted: false });
  breaker.succeeded(acquire(20_100));
  expect(both(20_101)).toEqual([GRANTED, GRANTED]);
  expect(breaker.holdReason(20_101)).toBeUndefined();
});

test('of calls in flight together, only those that open the breaker report something new', () => {
  const together = Array.from({ length: 64 }, () => acquire(0));
  const isNew = together.filter((one) => breaker.failed(one, 10));
  expect(isNew).toHaveLength(5);
  expect(breaker.tryAcquire(10_009)).toMatchObject({ until: 10_010 });
  expect(breaker.failed(acquire(10_010), 10_020)).toBe(true);
});

test('after an undecided probe the next call is a probe', () => {
  fail(5);
  breaker.undecided(acquire(10_000));
  expect(breaker.tryAcquire(10_001)).toEqual(GRANTED);
});

test('a rate limit holds for the requested time; then there is one probe, and the others wait for its end', async () => {
  breaker.rateLimited(acquire(0), 0, 7_000);
  expect(breaker.tryAcquire(6_999)).toEqual({
    granted: false,
    reason: 'rate_limited',
    until: 7_000,
    wait: true,
  });
  const first = acquire(7_000);
  expect(breaker.tryAcquire(7_001)).toMatchObject({ granted: false, reason: 'rate_limited', wait: true });
  const stop = new AbortController();
  const ended = breaker.probeEnded(stop.signal);
  breaker.succeeded(first);
  await ended;
  expect(both(7_002)).toEqual([GRANTED, GRANTED]);
});

test('a probe after a rate limit that fails otherwise ends the rate limit, and counts as one failure', () => {
  breaker.rateLimited(acquire(0), 0, 1_000);
  breaker.failed(acquire(1_000), 1_001);
  expect(both(1_002)).toEqual([GRANTED, GRANTED]);
});

test('rate limits of calls in flight together count once, in any order', () => {
  const [one, two, three, slow, good] = [acquire(0), acquire(0), acquire(0), acquire(0), acquire(0)] as const;
  breaker.rateLimited(one, 0, 7_000);
  breaker.rateLimited(two, 1, 7_000);
  breaker.succeeded(good);
  expect(breaker.tryAcquire(7_000)).toMatchObject({ reason: 'rate_limited', until: 7_001, wait: true });
  const first = acquire(7_001);
  breaker.rateLimited(slow, 7_002, 500);
  expect(breaker.tryAcquire(7_003)).toMatchObject({ until: 7_502, wait: true });
  breaker.succeeded(first);
  breaker.rateLimited(three, 7_004, 500);
  expect(breaker.tryAcquire(7_005)).toMatchObject({ wait: true });
});

test('after a second rate limit in a row nobody waits, and there is one probe at a time until one succeeds', () => {
  breaker.rateLimited(acquire(0), 0, 1_000);
  breaker.rateLimited(acquire(1_000), 1_100, 1_000);
  expect(breaker.tryAcquire(1_200)).toEqual({
    granted: false,
    reason: 'rate_limited',
    until: 2_100,
    wait: false,
  });
  const probe = acquire(2_100);
  expect(breaker.tryAcquire(2_101)).toMatchObject({ granted: false, wait: false });
  breaker.succeeded(probe);
  expect(both(2_201)).toEqual([GRANTED, GRANTED]);
  breaker.rateLimited(acquire(2_202), 3_000, 1_000);
  expect(breaker.tryAcquire(3_500)).toMatchObject({ wait: true });
});

test('a refused key is tried after a minute, then after twice as long each time, at most ten minutes', () => {
  const rests: number[] = [];
  for (let now = 0, n = 0; n < 7; n += 1) {
    breaker.keyRefused(acquire(now), now);
    const held = breaker.tryAcquire(now);
    if (held.granted) throw new Error('it is not held');
    expect(held).toMatchObject({ reason: 'credentials', wait: false });
    rests.push(held.until - now);
    now = held.until;
  }
  expect(rests).toEqual([60, 120, 240, 480, 600, 600, 600].map((s) => s * 1_000));
});

test('refusals of the key by calls in flight together count once, and a rate limit does not shorten the hold', () => {
  const [one, two, three] = [acquire(0), acquire(0), acquire(0)] as const;
  breaker.keyRefused(one, 0);
  breaker.keyRefused(two, 0);
  breaker.rateLimited(three, 1, 1_000);
  expect(breaker.tryAcquire(59_999)).toMatchObject({ granted: false, reason: 'credentials' });
  breaker.keyRefused(acquire(60_000), 60_000);
  expect(breaker.tryAcquire(179_999)).toMatchObject({ granted: false });
});

test('allowProbe lets one call try a refused key at once', () => {
  breaker.keyRefused(acquire(0), 0);
  breaker.allowProbe(5);
  const probe = acquire(5);
  expect(breaker.tryAcquire(5)).toMatchObject({ granted: false, reason: 'credentials' });
  breaker.succeeded(probe);
  expect(both(6)).toEqual([GRANTED, GRANTED]);
});

test('allowProbe ends neither a rate limit nor an outage', () => {
  breaker.rateLimited(acquire(0), 0, 1_000);
  breaker.allowProbe(1);
  expect(breaker.tryAcquire(2)).toMatchObject({ reason: 'rate_limited' });
});

test('five refused requests in a row open it, and a success between them starts the count again', () => {
  for (let n = 0; n < 4; n += 1) breaker.noUsableAnswer('refused', acquire(0), 0);
  breaker.succeeded(acquire(0));
  for (let n = 0; n < 5; n += 1) breaker.noUsableAnswer('refused', acquire(0), 0);
  expect(breaker.tryAcquire(9_999)).toMatchObject({
    granted: false,
    reason: 'refused',
    until: 10_000,
    wait: false,
  });
  breaker.noUsableAnswer('refused', acquire(10_000), 10_000);
  expect(breaker.tryAcquire(10_001)).toMatchObject({ until: 30_000 });
  breaker.succeeded(acquire(30_000));
  expect(breaker.holdReason(30_001)).toBeUndefined();
});

test('a refusal that would meet every request opens it at once', () => {
  breaker.noUsableAnswer('refused', acquire(0), 0, true);
  expect(breaker.holdReason(1)).toBe('refused');
});

test('ten unusable answers in a row open it', () => {
  for (let n = 0; n < 9; n += 1) breaker.noUsableAnswer('invalid_answer', acquire(0), 0);
  expect(breaker.holdReason(0)).toBeUndefined();
  breaker.noUsableAnswer('invalid_answer', acquire(0), 0);
  expect(breaker.holdReason(0)).toBe('invalid_answer');
});

test('an unusable answer ends a row of failures, because the server answers', () => {
  fail(4);
  breaker.noUsableAnswer('invalid_answer', acquire(0), 0);
  fail(4);
  expect(breaker.tryAcquire(0)).toEqual(GRANTED);
});
