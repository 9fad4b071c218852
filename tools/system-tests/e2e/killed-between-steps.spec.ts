// A process is killed while deliveries of four steps stand between any two of them, and in each of them: no finished step
// is repeated, and the one that was under way is, under the same key.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@switchboard/testing';
import { buildApps } from '../../build/build.mjs';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { root } from '../../root.mjs';
import { by, type Call, eventOf, expectOneKeyEach } from './calls.ts';
import { openCourse, type SinkCourse } from './sink-course.ts';
import { steps } from './test-four-steps.ts';

/** Where each delivery stands when the process dies, by its number: each step, and what comes after each. */
const places = steps.flatMap((step) => [step, `after-${step}`]);

let guard: Guard;
let course: SinkCourse;
let held = 0;

beforeAll(async () => {
  guard = startGuard();
  const dist = mkdtempSync(join(tmpdir(), 'switchboard-four-steps-'));
  guard.remove(dist);
  const main = join(root, 'apps/sink-slack/src/main.ts');
  const sink = JSON.stringify(join(import.meta.dirname, 'test-four-steps.ts'));
  const source = `import { run } from '@switchboard/delivery'; import { fourSteps } from ${sink}; run(fourSteps);`;
  await buildApps(['sink-slack'], { out: dist, alter: (path, text) => (path === main ? source : text) });
  const answer = async ({ number, step, turn }: Call) => {
    if (turn === 0 && step === places[number]) {
      held += 1;
      await forever;
    }
    return { body: 'ok' };
  };
  course = await openCourse({ one: {} }, answer, { sink: 'four-steps', dist });
});
afterAll(async () => {
  await course.end();
  await guard.endAll();
});

const forever = new Promise<void>(() => undefined);

test('no finished step is repeated', async () => {
  await course.feed({ integrations: ['one'], each: places.length, conversations: places.length });
  const victim = await course.start();
  await eventually(() => expect(held).toBe(places.length));
  await victim.end('SIGKILL');
  await course.start();
  const rows = await course.delivered(places.length);
  expect(rows.map(({ attempts, calls }) => ({ attempts, calls }))).toEqual(
    places.map(() => ({ attempts: 1, calls: 1 })),
  );
  const taken = by(
    course.calls.filter(({ step }) => !step.startsWith('after-')),
    eventOf,
  );
  expect(taken.size).toBe(places.length);
  for (const [event, calls] of taken) {
    const place = places[(calls[0] as Call).number] as string;
    const underWay = steps.find((step) => step === place);
    expect({ event, made: calls.map(({ step }) => step) }).toEqual({
      event,
      made: steps.flatMap((step) => (step === underWay ? [step, step] : [step])),
    });
  }
  expectOneKeyEach(course.calls);
  expect(course.crashes).toEqual([]);
});
