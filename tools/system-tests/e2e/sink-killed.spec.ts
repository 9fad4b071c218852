// A sink process is killed ten times under 20,000 deliveries: none is lost, and only calls without a written outcome are
// made again, under the same key and as many as the promise allows. A clean stop repeats none.
import { eventually } from '@switchboard/testing';
import type { ServiceProcess } from '../../processes/service-process.ts';
import { expectAllInOrder, expectNoneAfterItsOutcome, expectOneKeyEach, repeatsOf } from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';

/** So many that they could have more calls under way together than a process may have unrecorded. */
const integrations = Array.from({ length: 10 }, (_, index) => `i${index}`);
const CONVERSATIONS = 64;
const EACH = 2_000;
const ALL = EACH * integrations.length;
const KILLS = 10;
const UNRECORDED = 512;
/** What a process had sent may be read a moment after its death; the next one takes over, and calls, later than that. */
const ON_THE_WAY_MS = 5_000;

let course: SinkCourse;
let sink: ServiceProcess;

beforeAll(async () => {
  course = await openCourse(Object.fromEntries(integrations.map((id) => [id, {}])), () => ({
    body: 'ok',
    delayMs: 150,
  }));
});
afterAll(() => course.end());

const arrived = (count: number) =>
  eventually(() => expect(course.calls.length).toBeGreaterThanOrEqual(count), {
    deadlineMs: 60_000,
    everyMs: 5,
  });

test('ten SIGKILLs: nothing lost, only unrecorded calls repeated, at most 512 for each', async () => {
  await course.feed({ integrations, each: EACH, conversations: CONVERSATIONS });
  const starts: number[] = [];
  const startNext = async () => {
    starts.push(Date.now());
    sink = await course.start();
  };
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await startNext();
    await arrived((kill * ALL) / (KILLS + 1));
    await sink.end('SIGKILL');
  }
  await startNext();
  const rows = await course.delivered(ALL);

  expect(rows.length).toBe(ALL);
  expect(rows.filter(({ attempts, calls }) => attempts !== 1 || calls !== 1)).toEqual([]);
  expectAllInOrder(course.calls, ALL);
  expectOneKeyEach(course.calls);
  expectNoneAfterItsOutcome(course.calls, rows);
  // By the process that made the call first: its repeat may be left to the one after the next.
  const processOf = (at: number) =>
    starts.findLastIndex((start, nth) => nth === 0 || start + ON_THE_WAY_MS <= at);
  const doubled = Array.from({ length: KILLS }, () => 0);
  for (const { before, again } of repeatsOf(course.calls)) {
    const died = processOf(before.at);
    expect(processOf(again.at)).toBeGreaterThan(died);
    doubled[died] = (doubled[died] ?? 0) + 1;
  }
  // Each died at work.
  expect(Math.min(...doubled)).toBeGreaterThan(0);
  expect(Math.max(...doubled)).toBeLessThanOrEqual(UNRECORDED);
}, 300_000);

test('SIGTERM in the middle of deliveries: the next process repeats none', async () => {
  const before = course.calls.length;
  await course.feed({ integrations, each: 200, conversations: CONVERSATIONS });
  await arrived(before + 500);
  expect(await sink.end('SIGTERM')).toBe(0);
  expect(course.calls.length).toBeLessThan(before + 2_000);
  await course.start();
  const rows = await course.delivered(ALL + 2_000);
  expect(rows.length).toBe(ALL + 2_000);
  expect(course.calls.length).toBe(before + 2_000);
  expectAllInOrder(course.calls, ALL + 2_000);
  expect(course.crashes).toEqual([]);
});
