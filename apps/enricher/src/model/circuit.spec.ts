import { Circuit, type Leave } from './circuit.ts';

let circuit: Circuit;
beforeEach(() => {
  circuit = new Circuit();
});
/** Leave for a call, which must be given. */
function leave(now: number): Leave {
  const given = circuit.ask(now);
  if (!given.may) throw new Error(`no leave: ${given.reason}`);
  return given.leave;
}
const fail = (times: number, now = 0) => {
  for (let n = 0; n < times; n += 1) circuit.failed(leave(now), now);
};
const GO = expect.objectContaining({ may: true });
const both = (now: number) => [circuit.ask(now), circuit.ask(now)];

test('opens at the fifth failure in a row, for ten seconds', () => {
  fail(4);
  circuit.worked(leave(0));
  fail(4);
  expect(circuit.ask(0)).toEqual(GO);
  fail(1);
  expect(circuit.ask(9_999)).toEqual({ may: false, reason: 'unavailable', until: 10_000, wait: false });
  expect(circuit.holds(9_999)).toBe('unavailable');
});

test('after its rest one call tries, and decides for all; until then it is told as held', () => {
  fail(5);
  const first = leave(10_000);
  expect(circuit.ask(10_001)).toMatchObject({ may: false, reason: 'unavailable' });
  expect(circuit.holds(10_001)).toBe('unavailable');
  circuit.failed(first, 10_100);
  expect(circuit.ask(20_099)).toMatchObject({ may: false });
  circuit.worked(leave(20_100));
  expect(both(20_101)).toEqual([GO, GO]);
  expect(circuit.holds(20_101)).toBeUndefined();
});

test('of calls that were under way together, only those that say something new are news', () => {
  const together = Array.from({ length: 64 }, () => leave(0));
  const news = together.filter((one) => circuit.failed(one, 10));
  expect(news).toHaveLength(5);
  expect(circuit.ask(10_009)).toMatchObject({ until: 10_010 });
  expect(circuit.failed(leave(10_010), 10_020)).toBe(true);
});

test('a trial that was given up leaves the next one its turn', () => {
  fail(5);
  circuit.undecided(leave(10_000));
  expect(circuit.ask(10_001)).toEqual(GO);
});

test('a rate limit holds for as long as was asked; then one goes first, and the others wait for what it finds', async () => {
  circuit.limited(leave(0), 0, 7_000);
  expect(circuit.ask(6_999)).toEqual({ may: false, reason: 'rate_limited', until: 7_000, wait: true });
  const first = leave(7_000);
  expect(circuit.ask(7_001)).toMatchObject({ may: false, reason: 'rate_limited', wait: true });
  const stop = new AbortController();
  const decided = circuit.decided(stop.signal);
  circuit.worked(first);
  await decided;
  expect(both(7_002)).toEqual([GO, GO]);
});

test('a trial after a rate limit that meets other trouble ends the limit, and is one failure', () => {
  circuit.limited(leave(0), 0, 1_000);
  circuit.failed(leave(1_000), 1_001);
  expect(both(1_002)).toEqual([GO, GO]);
});

test('calls that were under way together run into one limit, whenever they say so', () => {
  const [one, two, three, slow, good] = [leave(0), leave(0), leave(0), leave(0), leave(0)] as const;
  circuit.limited(one, 0, 7_000);
  circuit.limited(two, 1, 7_000);
  circuit.worked(good);
  expect(circuit.ask(7_000)).toMatchObject({ reason: 'rate_limited', until: 7_001, wait: true });
  const first = leave(7_001);
  circuit.limited(slow, 7_002, 500);
  expect(circuit.ask(7_003)).toMatchObject({ until: 7_502, wait: true });
  circuit.worked(first);
  circuit.limited(three, 7_004, 500);
  expect(circuit.ask(7_005)).toMatchObject({ wait: true });
});

test('limited again after a limit: nobody waits any more, and one call tries until one works', () => {
  circuit.limited(leave(0), 0, 1_000);
  circuit.limited(leave(1_000), 1_100, 1_000);
  expect(circuit.ask(1_200)).toEqual({ may: false, reason: 'rate_limited', until: 2_100, wait: false });
  const trial = leave(2_100);
  expect(circuit.ask(2_101)).toMatchObject({ may: false, wait: false });
  circuit.worked(trial);
  expect(both(2_201)).toEqual([GO, GO]);
  circuit.limited(leave(2_202), 3_000, 1_000);
  expect(circuit.ask(3_500)).toMatchObject({ wait: true });
});

test('a refused key is tried after a minute, then after twice as long, ten minutes at most', () => {
  const rests: number[] = [];
  for (let now = 0, n = 0; n < 7; n += 1) {
    circuit.refused(leave(now), now);
    const held = circuit.ask(now);
    if (held.may) throw new Error('it is not held');
    expect(held).toMatchObject({ reason: 'credentials', wait: false });
    rests.push(held.until - now);
    now = held.until;
  }
  expect(rests).toEqual([60, 120, 240, 480, 600, 600, 600].map((s) => s * 1_000));
});

test('calls under way together that a key is refused for are one refusal, and a rate limit makes it no shorter', () => {
  const [one, two, three] = [leave(0), leave(0), leave(0)] as const;
  circuit.refused(one, 0);
  circuit.refused(two, 0);
  circuit.limited(three, 1, 1_000);
  expect(circuit.ask(59_999)).toMatchObject({ may: false, reason: 'credentials' });
  circuit.refused(leave(60_000), 60_000);
  expect(circuit.ask(179_999)).toMatchObject({ may: false });
});

test('a key that was mended is tried at once, and by one call', () => {
  circuit.refused(leave(0), 0);
  circuit.reopen(5);
  const trial = leave(5);
  expect(circuit.ask(5)).toMatchObject({ may: false, reason: 'credentials' });
  circuit.worked(trial);
  expect(both(6)).toEqual([GO, GO]);
});

test('mending a key ends neither a rate limit nor an outage', () => {
  circuit.limited(leave(0), 0, 1_000);
  circuit.reopen(1);
  expect(circuit.ask(2)).toMatchObject({ reason: 'rate_limited' });
});

test('requests that are refused again and again open it, one that works between them does not let it come to that', () => {
  for (let n = 0; n < 4; n += 1) circuit.useless('refused', leave(0), 0);
  circuit.worked(leave(0));
  for (let n = 0; n < 5; n += 1) circuit.useless('refused', leave(0), 0);
  expect(circuit.ask(9_999)).toMatchObject({ may: false, reason: 'refused', until: 10_000, wait: false });
  circuit.useless('refused', leave(10_000), 10_000);
  expect(circuit.ask(10_001)).toMatchObject({ until: 30_000 });
  circuit.worked(leave(30_000));
  expect(circuit.holds(30_001)).toBeUndefined();
});

test('what would be refused whatever was asked opens it at once', () => {
  circuit.useless('refused', leave(0), 0, true);
  expect(circuit.holds(1)).toBe('refused');
});

test('ten answers in a row that cannot be used open it as well', () => {
  for (let n = 0; n < 9; n += 1) circuit.useless('invalid_answer', leave(0), 0);
  expect(circuit.holds(0)).toBeUndefined();
  circuit.useless('invalid_answer', leave(0), 0);
  expect(circuit.holds(0)).toBe('invalid_answer');
});

test('a server that answers, though with nothing of use, is not away', () => {
  fail(4);
  circuit.useless('invalid_answer', leave(0), 0);
  fail(4);
  expect(circuit.ask(0)).toEqual(GO);
});
