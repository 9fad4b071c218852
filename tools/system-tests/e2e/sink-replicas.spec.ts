// Replicas of a sink share its integrations; they come and go every five seconds, and one of them stands still past its
// lease and wakes up: order per conversation holds, nothing is lost, and what was delivered in its absence stays as it is.
import { eventually } from '@switchboard/testing';
import type { ServiceProcess } from '../../processes/service-process.ts';
import {
  type Call,
  eventOf,
  expectAllInOrder,
  expectNoneAfterItsOutcome,
  expectOneKeyEach,
  repeatsOf,
  type Row,
} from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';

const TURNS = 20;
const EVERY_MS = 5_000;
/** Silence after which others take over, less a heartbeat's distance. How long a take-over takes is for the bench growth. */
const SILENT_MS = 8_000;
const integrations = Array.from({ length: 8 }, (_, index) => `i${index}`);
const CONVERSATIONS = 8;
const LANES = integrations.length * CONVERSATIONS;

let course: SinkCourse;
/** While they are held, calls that have come since, none of them answered. */
let holding: { readonly calls: Call[]; readonly end: Promise<void> } | undefined;

beforeAll(async () => {
  course = await openCourse(Object.fromEntries(integrations.map((id) => [id, {}])), async (call) => {
    holding?.calls.push(call);
    await Promise.all([pause(50 + Math.random() * 200), holding?.end]);
    return { body: 'ok' };
  });
});
afterAll(() => course.end());

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('a second replica has its share, and twenty turns of joining and leaving, one stopped past its lease and woken', async () => {
  const stop = course.keepFeeding({ integrations, each: CONVERSATIONS, conversations: CONVERSATIONS }, 1_000);
  const replicas = await startTwo();
  let absence: Absence | undefined;
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const change = performance.now() + EVERY_MS;
    if (replicas.length < 2) replicas.push(await course.start());
    else expect(await replicas.shift()?.end('SIGTERM')).toBe(0);
    if (replicas.length === 2 && absence === undefined && turn >= TURNS / 2)
      absence = await standStill(replicas[0] as ServiceProcess);
    else await pause(change - performance.now());
  }
  const fed = await stop();
  const rows = await course.delivered(fed);

  expect(rows.length).toBe(fed);
  expect(rows.filter(({ attempts, calls }) => attempts !== 1 || calls !== 1)).toEqual([]);
  expectAllInOrder(course.calls, fed);
  expectOneKeyEach(course.calls);
  expectNoneAfterItsOutcome(course.calls, rows);
  expect(course.crashes).toEqual([]);

  // Who leaves when told to repeats nothing; what the other had under way is called once more, and nothing else.
  const { held, delivered } = absence as Absence;
  const repeats = repeatsOf(course.calls);
  expect(repeats).toHaveLength(LANES / 2);
  expect(repeats.filter(({ before }) => !held.includes(before))).toEqual([]);
  const now = new Map(rows.map((row) => [row.id, row]));
  expect(delivered.map(({ id }) => now.get(id))).toEqual(delivered);
  const attempts = await course.corner.database.query('select distinct delivery_id from delivery_attempt');
  expect(attempts.length).toBe(fed);
  expect(course.log()).toContain('their rows belong to another process by now');
}, 600_000);

/** A replica that owns everything, and one that joins while there is work. */
async function startTwo(): Promise<ServiceProcess[]> {
  const first = await course.start();
  await eventually(async () => expect(await owners()).toEqual([integrations.length]), { deadlineMs: 60_000 });
  const second = await course.start();
  await eventually(async () => expect(await owners()).toEqual([4, 4]), { deadlineMs: 60_000 });
  return [first, second];
}

/** What there was when the replica that had stood still woke up. */
interface Absence {
  /** Calls under way when it was stopped, of both replicas. */
  readonly held: readonly Call[];
  /** Rows delivered while it stood still or before. */
  readonly delivered: readonly Row[];
}

async function standStill(replica: ServiceProcess): Promise<Absence> {
  await eventually(async () => expect(await owners()).toEqual([4, 4]), { deadlineMs: 20_000 });
  const held: Call[] = [];
  let answer = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    answer = resolve;
  });
  holding = { calls: held, end };
  // With a call under way in each conversation no other can be about to begin.
  await eventually(() => expect(held).toHaveLength(LANES), { deadlineMs: 20_000 });
  // And behind each of them rows in memory, which whoever wakes up must not deliver.
  await eventually(async () => expect(await claimed()).toBeGreaterThanOrEqual(LANES * 3));
  replica.signal('SIGSTOP');
  const stopped = Date.now();
  holding = undefined;
  answer();
  const repeated = await eventually(
    () => {
      const repeats = repeatsOf(course.calls);
      expect(repeats.length).toBeGreaterThan(0);
      return repeats;
    },
    { deadlineMs: 60_000 },
  );
  const silence = (repeated[0]?.again.at ?? 0) - stopped;
  expect(silence).toBeGreaterThan(SILENT_MS);
  const delivered = await eventually(
    async () => {
      const rows = (await course.rows()).filter(({ state }) => state === 'delivered');
      const done = new Set(rows.map(eventOf));
      expect(held.filter((call) => !done.has(eventOf(call)))).toEqual([]);
      return rows;
    },
    { everyMs: 200 },
  );
  replica.signal('SIGCONT');
  await pause(EVERY_MS);
  return { held, delivered };
}

/** Integrations of each process that has any. */
async function owners(): Promise<number[]> {
  const found = await course.corner.database.query<{ count: number }>(
    `select count(*)::int as count from sink_slot s join integrations i using (sink, slot)
     where s.owner is not null group by s.owner order by 1`,
  );
  return found.map(({ count }) => count);
}

/** Rows that a process has in memory. */
async function claimed(): Promise<number | undefined> {
  const [row] = await course.corner.database.query<{ count: number }>(
    'select count(*)::int as count from delivery where claim is not null',
  );
  return row?.count;
}
