import fc from 'fast-check';
import { afterFailure, FAILING_THRESHOLDS, type Failing, PART_FAILURES } from './failing.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const LIMIT = 5 * DAY;
const SINCE = 1_800_000_000;

/** The thresholds that are notified when it fails at these times. */
function notifiedAt(times: readonly number[]) {
  let failing: Failing | undefined;
  const notified: number[] = [];
  for (const time of times) {
    const after = afterFailure(failing, time, LIMIT);
    if (after.crossed !== undefined) notified.push(after.crossed);
    failing = after.failing;
  }
  return { notified, failing };
}

const hourly = (hours: number) => Array.from({ length: hours + 1 }, (_, hour) => SINCE + hour * HOUR);

test('the first failure starts the time and notifies nobody', () => {
  expect(afterFailure(undefined, SINCE, LIMIT)).toEqual({
    failing: { failingSince: SINCE, notified: 0, failures: 1 },
    crossed: undefined,
  });
});

test('constant failures are notified at each threshold, and at the last one it is disabled', () => {
  expect(notifiedAt(hourly(59)).notified).toEqual([]);
  expect(notifiedAt(hourly(60)).notified).toEqual([50]);
  expect(notifiedAt(hourly(84)).notified).toEqual([50, 70]);
  expect(notifiedAt(hourly(108)).notified).toEqual([50, 70, 90]);
  expect(notifiedAt(hourly(120)).notified).toEqual([...FAILING_THRESHOLDS]);
  expect(notifiedAt(hourly(500)).notified).toEqual([...FAILING_THRESHOLDS]);
});

test('one failure on Monday and one six days later do not count as failing', () => {
  const { notified, failing } = notifiedAt([SINCE, SINCE + 6 * DAY]);
  expect(notified).toEqual([]);
  expect(failing).toEqual({ failingSince: SINCE + 6 * DAY, notified: 0, failures: 1 });
});

test('a burst of failures on Monday and another on Saturday do not count as failing', () => {
  const burst = (from: number) => Array.from({ length: 12 }, (_, n) => from + n * 300);
  expect(notifiedAt([...burst(SINCE), ...burst(SINCE + 5 * DAY)]).notified).toEqual([]);
});

test.each([
  ['the first part has two', [0, 1, 61, 62, 85], []],
  ['a later part has one beside the one that opened it', [0, 1, 2, 61, 62, 85], [50]],
  ['a later part has enough', [0, 1, 2, 61, 62, 63, 85], [50, 70]],
])('when %s, only the thresholds before are notified', (_, hours, expected) => {
  expect(notifiedAt(hours.map((hour) => SINCE + hour * HOUR)).notified).toEqual(expected);
});

test('when nothing changes, the same object is returned', () => {
  const failing: Failing = { failingSince: SINCE, notified: 0, failures: PART_FAILURES };
  expect(afterFailure(failing, SINCE + HOUR, LIMIT).failing).toBe(failing);
  expect(afterFailure(failing, SINCE - HOUR, LIMIT).failing).toBe(failing);
});

test('in whatever pattern failures come, thresholds are crossed in order, each after enough failures since the last one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: DAY }), { minLength: 1, maxLength: 200 }), (gaps) => {
      let now = SINCE;
      let failing: Failing | undefined;
      let since: number[] = [];
      let expected: number[] = [...FAILING_THRESHOLDS];
      for (const gap of gaps) {
        now += gap;
        const after = afterFailure(failing, now, LIMIT);
        if (after.failing.failingSince !== failing?.failingSince) {
          expected = [...FAILING_THRESHOLDS];
          since = [];
        }
        if (after.crossed !== undefined) {
          expect(after.crossed).toBe(expected.shift());
          expect(since.length).toBeGreaterThanOrEqual(PART_FAILURES);
          since = [];
        }
        since.push(now);
        failing = after.failing;
      }
    }),
  );
});
