import { deliverySettings } from '@switchboard/contracts';
import fc from 'fast-check';
import { Breaker } from './breaker.ts';

const settingsOf = (given: object = {}) => deliverySettings.parse({ breaker: given }).breaker;

/** Calls that start and end at the same moment. */
const fail = (breaker: Breaker, now: number, times = 1) =>
  Array.from({ length: times }, () => {
    breaker.started();
    return breaker.failed(now, now);
  });
const succeed = (breaker: Breaker, now: number) => {
  breaker.started();
  return breaker.succeeded(now, now);
};

function opened(given: object = {}): Breaker {
  const breaker = new Breaker(settingsOf({ failures: 1, ...given }));
  expect(fail(breaker, 0)).toEqual(['opened']);
  return breaker;
}

test('opens after ten failures in a row, and a success resets the count', () => {
  const breaker = new Breaker(settingsOf());
  expect(fail(breaker, 0, 9)).toEqual(Array(9).fill(undefined));
  expect(succeed(breaker, 0)).toBeUndefined();
  expect(fail(breaker, 1, 9)).toEqual(Array(9).fill(undefined));
  expect([breaker.state, breaker.mayStart(1), breaker.probeAt]).toEqual(['closed', true, undefined]);
  expect(fail(breaker, 2)).toEqual(['opened']);
  expect([breaker.state, breaker.mayStart(2), breaker.probeAt]).toEqual(['open', false, 30_002]);
});

test('opens when half of at least twenty calls in a minute failed', () => {
  const breaker = new Breaker(settingsOf());
  for (let n = 0; n < 9; n += 1) {
    succeed(breaker, n * 1000);
    expect(fail(breaker, n * 1000)).toEqual([undefined]);
  }
  succeed(breaker, 9000);
  expect(fail(breaker, 9000)).toEqual(['opened']);
});

test('after it closed, failures from before it opened do not count', () => {
  const breaker = new Breaker(settingsOf({ failures: 20, rest_seconds: 1 }));
  expect(fail(breaker, 0, 20).at(-1)).toBe('opened');
  expect(succeed(breaker, 1000)).toBe('closed');
  expect(fail(breaker, 1001, 19)).toEqual(Array(19).fill(undefined));
  expect(fail(breaker, 1002)).toEqual(['opened']);
});

test('calls that are older than the window do not count', () => {
  const breaker = new Breaker(settingsOf());
  fail(breaker, 0, 9);
  succeed(breaker, 0);
  for (let n = 0; n < 5; n += 1) {
    succeed(breaker, 60_000);
    expect(fail(breaker, 60_000)).toEqual([undefined]);
  }
  const young = new Breaker(settingsOf());
  fail(young, 0, 9);
  succeed(young, 0);
  for (let n = 0; n < 4; n += 1) {
    succeed(young, 53_000);
    expect(fail(young, 53_000)).toEqual([undefined]);
  }
  succeed(young, 53_000);
  expect(fail(young, 53_000)).toEqual(['opened']);
});

test('after the rest exactly one delivery may start, and its success closes the breaker', () => {
  const breaker = opened();
  expect([29_999, 30_000].map((now) => breaker.mayStart(now))).toEqual([false, true]);
  breaker.started();
  expect([breaker.state, breaker.mayStart(30_000), breaker.probeAt]).toEqual(['half-open', false, undefined]);
  expect(breaker.succeeded(30_000, 30_100)).toBe('closed');
  expect([breaker.state, breaker.mayStart(30_100)]).toEqual(['closed', true]);
});

test('the rest doubles up to its limit while the probe fails, and is short again after a success', () => {
  const breaker = opened({ max_rest_seconds: 100 });
  const rests: number[] = [];
  let now = 0;
  for (let n = 0; n < 4; n += 1) {
    const at = breaker.probeAt as number;
    rests.push((at - now) / 1000);
    now = at;
    expect(fail(breaker, now)).toEqual(['reopened']);
  }
  expect(rests).toEqual([30, 60, 100, 100]);
  now = breaker.probeAt as number;
  expect(succeed(breaker, now)).toBe('closed');
  expect(fail(breaker, now)).toEqual(['opened']);
  expect(breaker.probeAt).toBe(now + 30_000);
});

test('calls that were in flight when it opened do not count, neither during the rest nor after it', () => {
  const breaker = opened();
  expect(breaker.failed(0, 10)).toBeUndefined();
  expect(breaker.succeeded(0, 10)).toBeUndefined();
  expect([breaker.state, breaker.probeAt]).toEqual(['open', 30_000]);
  breaker.started();
  expect(breaker.succeeded(0, 30_001)).toBeUndefined();
  breaker.undecided(0);
  expect(breaker.state).toBe('half-open');
  expect(breaker.succeeded(30_000, 30_002)).toBe('closed');
  expect(breaker.failed(0, 30_003)).toBeUndefined();
  expect(breaker.state).toBe('closed');
});

test('after a probe that shows nothing, the next delivery is the probe', () => {
  const breaker = opened();
  breaker.started();
  breaker.undecided(30_000);
  expect([breaker.state, breaker.mayStart(30_001)]).toEqual(['open', true]);
  breaker.started();
  expect(breaker.failed(30_001, 30_002)).toBe('reopened');
});

test('is restored open until the wall-clock time that another process stored', () => {
  const other = Breaker.openUntil(settingsOf({ failures: 1 }), 1_000_020, 500, 1_000_005);
  expect([other.state, other.probeAt]).toEqual(['open', 15_500]);
  other.started();
  expect(other.failed(15_500, 15_600)).toBe('reopened');
  expect(other.probeAt).toBe(15_600 + 60_000);
});

test('a restored rest is no longer than the longest one, and over when its time has passed', () => {
  const ahead = Breaker.openUntil(settingsOf(), 2_000_000, 0, 1_000_000);
  expect(ahead.probeAt).toBe(600_000);
  const late = Breaker.openUntil(settingsOf(), 999_000, 7, 1_000_000);
  expect([late.state, late.mayStart(7)]).toEqual(['open', true]);
  late.started();
  expect(late.succeeded(7, 8)).toBe('closed');
});

const move = fc.record({
  after: fc.nat({ max: 20_000 }),
  what: fc.constantFrom('start', 'succeeded', 'failed', 'failed', 'undecided'),
  pick: fc.nat({ max: 5 }),
});

test('half-open it has at most one call, each rest is kept and transitions alternate, in whatever order calls end', () => {
  const seen = new Set<unknown>();
  fc.assert(
    fc.property(fc.array(move, { maxLength: 150, size: 'max' }), (moves) => {
      const breaker = new Breaker(settingsOf({ failures: 3, rest_seconds: 20, max_rest_seconds: 60 }));
      const running: number[] = [];
      let now = 1000;
      let openedAt = Number.NEGATIVE_INFINITY;
      let last: unknown = 'closed';
      for (const { after, what, pick } of moves) {
        now += after + 1;
        const before = breaker.state;
        if (what === 'start') {
          expect(breaker.mayStart(now)).toBe(
            before === 'closed' || (before === 'open' && now >= (breaker.probeAt as number)),
          );
          if (!breaker.mayStart(now)) continue;
          if (before === 'open') expect(now - openedAt).toBeGreaterThanOrEqual(20_000);
          breaker.started();
          running.push(now);
          continue;
        }
        const [startedAt] = running.splice(pick % Math.max(1, running.length), 1);
        if (startedAt === undefined) continue;
        const transition =
          what === 'undecided' ? breaker.undecided(startedAt) : breaker[what as 'failed'](startedAt, now);
        seen.add(transition);
        if (transition === undefined) continue;
        if (transition === 'reopened') expect([before, last]).toEqual(['half-open', 'opened']);
        else {
          expect(transition).not.toBe(last);
          last = transition;
        }
        if (transition !== 'closed') openedAt = now;
      }
    }),
    { numRuns: 200 },
  );
  expect([...seen].sort()).toEqual(['closed', 'opened', 'reopened', undefined]);
});
