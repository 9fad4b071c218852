import { Circuit } from './circuit.ts';

let circuit: Circuit;
beforeEach(() => {
  circuit = new Circuit();
});
const fail = (times: number, now = 0) => {
  for (let n = 0; n < times; n += 1) circuit.failed(now);
};
const GO = { may: true };

test('opens at the fifth failure in a row, for ten seconds', () => {
  fail(4);
  circuit.worked(0);
  fail(4);
  expect(circuit.ask(0)).toEqual(GO);
  fail(1);
  expect(circuit.ask(9_999)).toEqual({ may: false, reason: 'unavailable', until: 10_000, wait: false });
  expect(circuit.holds(9_999)).toBe('unavailable');
});

test('after its rest one call tries, and decides for all', () => {
  fail(5);
  expect(circuit.ask(10_000)).toEqual(GO);
  expect(circuit.ask(10_001)).toMatchObject({ may: false, reason: 'unavailable' });
  circuit.failed(10_100);
  expect(circuit.ask(20_099)).toMatchObject({ may: false });
  expect(circuit.ask(20_100)).toEqual(GO);
  circuit.worked(0);
  expect([circuit.ask(20_101), circuit.ask(20_101)]).toEqual([GO, GO]);
});

test('a trial that was given up leaves the next one its turn', () => {
  fail(5);
  circuit.ask(10_000);
  circuit.undecided();
  expect(circuit.ask(10_001)).toEqual(GO);
});

test('a rate limit holds for as long as was asked, and is over for all at once', () => {
  circuit.limited(0, 7_000);
  expect(circuit.ask(6_999)).toEqual({ may: false, reason: 'rate_limited', until: 7_000, wait: true });
  expect([circuit.ask(7_000), circuit.ask(7_000)]).toEqual([GO, GO]);
});

test('calls that were under way together run into one limit, and one that works ends it no sooner', () => {
  circuit.limited(0, 7_000);
  circuit.limited(1, 7_000);
  circuit.worked(2);
  expect(circuit.ask(7_000)).toMatchObject({ reason: 'rate_limited', until: 7_001, wait: true });
  expect([circuit.ask(7_001), circuit.ask(7_001)]).toEqual([GO, GO]);
});

test('limited again after a limit: nobody waits any more, and one call tries until one works', () => {
  circuit.limited(0, 1_000);
  circuit.ask(1_000);
  circuit.limited(1_100, 1_000);
  expect(circuit.ask(1_200)).toEqual({ may: false, reason: 'rate_limited', until: 2_100, wait: false });
  expect(circuit.ask(2_100)).toEqual(GO);
  expect(circuit.ask(2_101)).toMatchObject({ may: false, wait: false });
  circuit.worked(2_200);
  expect([circuit.ask(2_201), circuit.ask(2_201)]).toEqual([GO, GO]);
  circuit.limited(3_000, 1_000);
  expect(circuit.ask(3_500)).toMatchObject({ wait: true });
});

test('a refused key rests for an hour, and a later rate limit makes it no shorter', () => {
  circuit.refused(0);
  circuit.limited(1, 1_000);
  expect(circuit.ask(3_599_999)).toMatchObject({ may: false, reason: 'credentials' });
  expect(circuit.ask(3_600_000)).toEqual(GO);
});
