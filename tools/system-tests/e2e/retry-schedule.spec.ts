// When calls are made again: `Retry-After` holds a whole integration, to the second, and no other; attempts come by the
// schedule that their integration names, within a tenth.
import { eventually } from '@switchboard/testing';
import { by, type Call, eventOf, expectAllInOrder } from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';

const calm = { failures: 10_000, minimum_calls: 10_000 };
const PER_SCHEDULE = 10;
/** By integration: its schedule, and the seconds that it says must lie between one attempt and the next. */
const schedules: Readonly<Record<string, { retry: object; seconds: readonly number[] }>> = {
  fixed: { retry: { kind: 'delays', delays: [15, 20] }, seconds: [15, 20] },
  linear: { retry: { kind: 'linear', every_seconds: 15, attempts: 3 }, seconds: [15, 15] },
  exponential: {
    retry: { kind: 'exponential', first_seconds: 15, factor: 1.5, attempts: 3 },
    seconds: [15, 22.5],
  },
};

const LANES = 40;
const limitedLoad = { integrations: ['limited'], conversations: LANES };
const BEHIND = 4;
const RETRY_AFTER_SECONDS = 7;
/** Calls that were under way when the first was told to come back later are told the same. */
const LIMITING_MS = 500;

let course: SinkCourse;
let limitedAt: number | undefined;
let limits = false;
const refused: Call[] = [];

beforeAll(async () => {
  const scheduled = Object.entries(schedules).map(([id, { retry }]) => [
    id,
    { delivery: { retry, breaker: calm } },
  ]);
  course = await openCourse({ ...Object.fromEntries(scheduled), limited: {}, other: {} }, (call) => {
    const { integration, turn, at } = call;
    const schedule = schedules[integration];
    if (schedule !== undefined)
      return turn < schedule.seconds.length ? { status: 503, body: 'busy' } : { body: 'ok' };
    if (integration === 'limited' && limits) {
      limitedAt ??= at;
      if (at < limitedAt + LIMITING_MS) {
        refused.push(call);
        return { status: 429, body: 'rate_limited', headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } };
      }
    }
    return { body: 'ok', delayMs: 50 };
  });
  await course.start();
});
afterAll(() => course.end());

test('Retry-After: 7 is obeyed within a second by every row, while another integration goes on', async () => {
  const stop = course.keepFeeding({ integrations: ['other'], each: 1, conversations: 10 }, 100);
  await course.feed({ ...limitedLoad, each: LANES });
  await course.delivered(LANES, 'limited');
  limits = true;
  await course.feed({ ...limitedLoad, each: LANES * BEHIND });
  await eventually(() => expect(refused.length).toBeGreaterThan(0));
  const last = () => (refused.at(-1) as Call).at;
  await eventually(() => expect(Date.now()).toBeGreaterThan(last() + LIMITING_MS));
  // These come while it is to be left alone.
  await course.feed({ ...limitedLoad, each: LANES });
  const limited = LANES * (1 + BEHIND + 1);
  const rows = await course.delivered(limited, 'limited');
  const others = await stop();
  await course.delivered(others, 'other');

  const answered = last();
  const late = course.calls.filter(({ integration, at }) => integration === 'limited' && at > answered);
  expect(late.length).toBe(LANES * (BEHIND + 1));
  expect(Math.min(...late.map(({ at }) => at))).toBeGreaterThanOrEqual(answered + RETRY_AFTER_SECONDS * 1000);
  for (const [conversation, [first]] of by(late, (call) => call.conversation)) {
    const seconds = ((first as Call).at - answered) / 1000;
    expect({ conversation, obeyed: seconds <= RETRY_AFTER_SECONDS + 1, seconds }).toMatchObject({
      obeyed: true,
    });
  }
  // Nothing was counted for it.
  expect(rows.filter(({ attempts }) => attempts !== 1)).toEqual([]);
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(limited + refused.length);
  expectAllInOrder(
    course.calls.filter(({ integration }) => integration === 'limited'),
    limited,
  );
  // The other is fed ten times a second, also while the first is left alone.
  const meanwhile = course.calls.filter(
    ({ integration, at }) =>
      integration === 'other' && at > answered && at < answered + RETRY_AFTER_SECONDS * 1000,
  );
  expect(meanwhile.length).toBeGreaterThan(20);
});

test('attempts follow fixed, linear and exponential schedules within 10 %', async () => {
  const names = Object.keys(schedules);
  await course.feed({ integrations: names, each: PER_SCHEDULE, conversations: PER_SCHEDULE });
  const rows = (await Promise.all(names.map((id) => course.delivered(PER_SCHEDULE, id)))).flat();
  for (const { integration, attempts, calls } of rows) {
    const wanted = (schedules[integration]?.seconds.length ?? 0) + 1;
    expect({ integration, attempts, calls }).toEqual({ integration, attempts: wanted, calls: wanted });
  }
  const events = by(
    course.calls.filter(({ integration }) => integration in schedules),
    eventOf,
  );
  expect(events.size).toBe(PER_SCHEDULE * names.length);
  for (const [event, calls] of events) {
    const seconds = schedules[(calls[0] as Call).integration]?.seconds ?? [];
    const waited = calls.slice(1).map(({ at }, index) => (at - (calls[index] as Call).at) / 1000);
    expect(waited).toHaveLength(seconds.length);
    const off = waited.filter((wait, index) => {
      const wanted = seconds[index] as number;
      return wait < wanted || wait > wanted * 1.1;
    });
    expect({ event, waited, off }).toEqual({ event, waited, off: [] });
  }
});
