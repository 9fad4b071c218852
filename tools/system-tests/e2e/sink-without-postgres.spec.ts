// Postgres is away for 30 seconds under deliveries, and is killed later: nothing is lost, nothing repeated, no attempt
// counted for it, and the sink service goes on by itself.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { type PostgresServer, startPostgresServer } from '../rig/postgres-server.ts';
import type { ServiceProcess } from '../../processes/service-process.ts';
import { by, eventOf, expectAllInOrder, expectOneKeyEach } from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';

const AWAY_MS = 30_000;
const RECOVERY_MS = 20_000;
const EVERY_MS = 500;
/** What the receiver's script demands: one event in 13 is refused once, one in 31 twice. */
const refusals = (number: number) => (number % 31 === 0 ? 2 : number % 13 === 0 ? 1 : 0);
const integrations = ['one', 'two'];
const delivery = {
  retry: { kind: 'delays', delays: [0.5, 1, 1] },
  breaker: { failures: 10_000, minimum_calls: 10_000 },
};

const shared = process.env['DATABASE_URL'];
let guard: Guard;
let postgres: PostgresServer;
let course: SinkCourse;
let sink: ServiceProcess;
let fed = 0;

beforeAll(async () => {
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-without-postgres-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  postgres = await startPostgresServer({ guard, folder });
  process.env['DATABASE_URL'] = postgres.url;
  course = await openCourse(
    Object.fromEntries(integrations.map((id) => [id, { delivery }])),
    ({ number, turn }) =>
      turn < refusals(number) ? { status: 503, body: 'busy', delayMs: 50 } : { body: 'ok', delayMs: 50 },
  );
  sink = await course.start();
});
afterAll(async () => {
  process.env['DATABASE_URL'] = shared;
  await course.end();
  await guard.endAll();
});

const load = { integrations, each: 32, conversations: 64 };
const feeding = () => course.keepFeeding(load, EVERY_MS);
const called = (more: number, deadlineMs: number) => {
  const before = course.calls.length;
  return eventually(() => expect(course.calls.length).toBeGreaterThan(before + more), { deadlineMs });
};

async function expectAsScripted(): Promise<void> {
  const rows = await course.delivered(fed);
  expect(rows.length).toBe(fed);
  const made = by(course.calls, eventOf);
  const off = rows.filter(({ number, integration, attempts, calls }) => {
    const wanted = refusals(number) + 1;
    return (
      attempts !== wanted || calls !== wanted || made.get(eventOf({ integration, number }))?.length !== wanted
    );
  });
  expect(off).toEqual([]);
  expectAllInOrder(course.calls, fed);
  expectOneKeyEach(course.calls);
  expect(course.crashes).toEqual([]);
  expect(sink.running).toBe(true);
}

test('away for 30 s', async () => {
  const stop = feeding();
  await called(200, 30_000);
  const gone = Date.now();
  await postgres.stop();
  await eventually(() => expect(Date.now() - gone).toBeGreaterThan(AWAY_MS), {
    deadlineMs: AWAY_MS * 2,
    everyMs: 100,
  });
  await postgres.start();
  await called(200, RECOVERY_MS);
  fed += await stop();
  await expectAsScripted();
});

test('killed, and started at once', async () => {
  const stop = feeding();
  for (let kill = 1; kill <= 3; kill += 1) {
    await called(100, RECOVERY_MS);
    await postgres.kill();
    await postgres.start();
  }
  await called(200, RECOVERY_MS);
  fed += await stop();
  await expectAsScripted();
});
