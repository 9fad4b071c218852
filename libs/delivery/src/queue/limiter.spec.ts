import { deliverySettings } from '@switchboard/contracts';
import fc from 'fast-check';
import { Limiter } from './limiter.ts';

const limitsOf = (given: object, concurrency = 64) => ({
  ...deliverySettings.parse({ limits: given }).limits,
  concurrency,
});

/** Starts as many as may start at this moment. Returns how many. */
function startAll(limiter: Limiter, now: number, type = 'lead.qualified'): number {
  let count = 0;
  while (limiter.mayStart(type, now)) {
    limiter.start(type, now);
    count += 1;
  }
  return count;
}

test('one per second is evenly one per second, after a pause too', () => {
  const limiter = new Limiter(limitsOf({ per_second: 1 }));
  const started: number[] = [];
  for (let now = 50_000; now < 55_000; now += 100) if (startAll(limiter, now) > 0) started.push(now);
  expect(started).toEqual([50_000, 51_000, 52_000, 53_000, 54_000]);
  expect(startAll(limiter, 90_000)).toBe(1);
  expect(limiter.waitMs(90_250)).toBe(750);
});

test('the default burst is a tenth of a second', () => {
  expect(startAll(new Limiter(limitsOf({ per_second: 200 })), 0)).toBe(20);
  expect(startAll(new Limiter(limitsOf({ per_second: 19 })), 0)).toBe(1);
  expect(startAll(new Limiter(limitsOf({ per_second: 19, burst: 5 })), 0)).toBe(5);
});

test('without a rate only concurrency is limited', () => {
  const limiter = new Limiter(limitsOf({}, 3));
  expect(startAll(limiter, 0)).toBe(3);
  expect(limiter.waitMs(0)).toBeUndefined();
  limiter.end('lead.qualified');
  expect(limiter.waitMs(0)).toBeUndefined();
  expect(startAll(limiter, 0)).toBe(1);
});

test('types of a pattern share its concurrency, and the most specific pattern with a limit decides', () => {
  const limiter = new Limiter(
    limitsOf({
      types: {
        'conversation.*': { concurrency: 2, priority: 1 },
        'conversation.escalated': { priority: 10 },
        'conversation.ended': { concurrency: 1 },
        'ai.*': { concurrency: 1 },
        'ai.response.*': { concurrency: 4 },
        '*': { priority: -3 },
      },
    }),
  );
  expect(startAll(limiter, 0, 'conversation.started')).toBe(2);
  expect(startAll(limiter, 0, 'conversation.escalated')).toBe(0);
  limiter.end('conversation.started');
  expect(startAll(limiter, 0, 'conversation.escalated')).toBe(1);
  expect(startAll(limiter, 0, 'conversation.ended')).toBe(1);
  expect(startAll(limiter, 0, 'ai.response.low_confidence')).toBe(4);
  expect(startAll(limiter, 0, 'ai.other')).toBe(1);
  expect(startAll(limiter, 0, 'constructor')).toBe(64 - 2 - 1 - 4 - 1);
  const types = ['conversation.escalated', 'conversation.ended', 'ai.other', 'constructor'];
  expect(types.map((type) => limiter.priorityOf(type))).toEqual([10, 1, -3, -3]);
  expect(new Limiter(limitsOf({})).priorityOf('lead.qualified')).toBe(10);
  expect(new Limiter(limitsOf({})).priorityOf('message.sent')).toBe(0);
});

test('counts stay right when more types occur than are remembered', () => {
  const limiter = new Limiter(limitsOf({ types: { 'x.*': { concurrency: 1 } } }));
  limiter.start('x.1', 0);
  for (let n = 0; n < 2500; n += 1) limiter.priorityOf(`y.${n}`);
  expect(limiter.mayStart('x.2', 0)).toBe(false);
  limiter.end('x.1');
  expect(limiter.mayStart('x.2', 0)).toBe(true);
});

test('the adaptive share reduces rate and concurrency, down to one call', () => {
  const adaptive = { share: 0.5 };
  const limiter = new Limiter(limitsOf({ per_second: 10 }, 5), adaptive);
  expect(startAll(limiter, 0)).toBe(1);
  expect(limiter.waitMs(0)).toBe(200);
  expect(startAll(limiter, 199)).toBe(0);
  expect(startAll(limiter, 200)).toBe(1);
  expect(startAll(limiter, 2000)).toBe(0);
  expect(limiter.waitMs(2000)).toBeUndefined();
  limiter.end('lead.qualified');
  adaptive.share = 0.01;
  expect(limiter.mayStart('lead.qualified', 2000)).toBe(false);
  limiter.end('lead.qualified');
  expect(startAll(limiter, 20_000)).toBe(1);
  expect(startAll(limiter, 90_000)).toBe(0);
});

test('a wait is never longer than a timer can be', () => {
  const limiter = new Limiter(limitsOf({ per_second: 0.0001 }), { share: 1 / 512 });
  limiter.start('a', 0);
  limiter.end('a');
  expect(limiter.waitMs(0)).toBe(60_000);
});

const types = fc.constantFrom('lead.qualified', 'message.sent', 'message.read', 'other');
const moves = fc.array(
  fc.record({ after: fc.double({ min: 0, max: 400, noNaN: true }), type: types, ends: fc.nat({ max: 3 }) }),
  { maxLength: 300, size: 'max' },
);

test('in any period of t seconds at most burst + rate * t calls start, and concurrency is never exceeded', () => {
  let started = 0;
  fc.assert(
    fc.property(
      moves,
      fc.double({ min: 0.5, max: 500, noNaN: true }),
      fc.option(fc.integer({ min: 1, max: 20 })),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (steps, perSecond, burst, concurrency, shares) => {
        const given = { per_second: perSecond, burst, types: { 'message.*': { concurrency: 2 } } };
        const adaptive = { share: 1 };
        const limiter = new Limiter(limitsOf(given, concurrency), adaptive);
        const capacity = burst ?? Math.max(1, Math.floor(perSecond / 10));
        const running: string[] = [];
        const starts: number[] = [];
        const most = { all: 0, messages: 0 };
        let now = 1000;
        for (const [n, { after, type, ends }] of steps.entries()) {
          now += after;
          adaptive.share = shares[n % shares.length] as number;
          for (const ended of running.splice(0, ends)) limiter.end(ended);
          while (limiter.mayStart(type, now)) {
            limiter.start(type, now);
            running.push(type);
            starts.push(now);
          }
          most.all = Math.max(most.all, running.length);
          most.messages = Math.max(most.messages, running.filter((one) => one.startsWith('message.')).length);
        }
        expect(most.all).toBeLessThanOrEqual(concurrency);
        expect(most.messages).toBeLessThanOrEqual(2);
        let excess = 0;
        for (const [i, from] of starts.entries()) {
          for (let j = i; j < starts.length; j += 1) {
            const seconds = ((starts[j] as number) - from) / 1000;
            excess = Math.max(excess, j - i + 1 - capacity - perSecond * seconds);
          }
        }
        expect(excess).toBeLessThan(1e-6);
        started += starts.length;
      },
    ),
  );
  expect(started).toBeGreaterThan(100);
});

test('a call may start after exactly the wait that was given, and no millisecond sooner', () => {
  let waited = 0;
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 900, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 30 }),
      (perSecond, gaps) => {
        const limiter = new Limiter(limitsOf({ per_second: perSecond, burst: 1 }, 1000));
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          startAll(limiter, now);
          const wait = limiter.waitMs(now) as number;
          expect(limiter.mayStart('a', now + wait)).toBe(true);
          if (wait > 1) expect(limiter.mayStart('a', now + wait - 1.01)).toBe(false);
          waited += wait;
        }
      },
    ),
  );
  expect(waited).toBeGreaterThan(1000);
});

test.each([
  [{ a: 0, b: 10, c: 0, d: 20 }, ['d', 'b']],
  [{ a: -1, b: 0 }, ['b']],
  // No type waits behind another.
  [{ a: 10, b: 10 }, []],
  [{ a: 10 }, []],
  [{}, []],
])('urgent types among %j', (priorities, urgent) => {
  const types = Object.fromEntries(
    Object.entries(priorities).map(([type, priority]) => [type, { priority }]),
  );
  expect(new Limiter(limitsOf({ types })).urgentTypes(Object.keys(priorities))).toEqual(urgent);
});
