// A token expires with 10,000 rows waiting: all are parked and none is dead, the other side is left alone, and once the
// token is mended everything is delivered, in order.
import { eventually } from '@switchboard/testing';
import { expectAllInOrder } from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';

const EVENTS = 10_000;
const CONVERSATIONS = 64;
/** An integration has 64 calls under way before it hears that its token is no good; a probe or two may follow. */
const FEW = 70;

let course: SinkCourse;

beforeAll(async () => {
  course = await openCourse({ one: { token: 'expired' } }, ({ token }) =>
    token === 'expired' ? { status: 401, body: 'invalid_token' } : { body: 'ok' },
  );
  await course.start();
});
afterAll(() => course.end());

test('401 parks everything, a mended token delivers everything', async () => {
  await course.feed({ integrations: ['one'], each: EVENTS, conversations: CONVERSATIONS });
  await eventually(
    async () => {
      expect(await state()).toBe('broken');
      expect(await waiting()).toBe(EVENTS);
    },
    { deadlineMs: 60_000, everyMs: 200 },
  );
  const parked = await course.rows();
  expect(parked.length).toBe(EVENTS);
  expect(parked.filter(({ state, attempts }) => state !== 'waiting' || attempts !== 0)).toEqual([]);
  const refused = course.calls.length;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(FEW);

  await course.apply({ one: { token: 'mended' } });
  const rows = await course.delivered(EVENTS);
  expect(rows.length).toBe(EVENTS);
  expect(rows.filter(({ attempts }) => attempts !== 1)).toEqual([]);
  const taken = course.calls.filter(({ token }) => token === 'mended');
  expect(taken.length).toBe(EVENTS);
  expect(course.calls.length).toBe(refused + EVENTS);
  expectAllInOrder(taken, EVENTS);
  await eventually(async () => expect(await state()).toBe('ok'));
  expect(course.crashes).toEqual([]);
});

async function state(): Promise<string | undefined> {
  const [row] = await course.corner.database.query<{ status: string }>(
    'select status from integration_state',
  );
  return row?.status;
}

async function waiting(): Promise<number | undefined> {
  const [row] = await course.corner.database.query<{ count: number }>(
    `select count(*)::int as count from delivery where state = 'waiting' and claim is null`,
  );
  return row?.count;
}
