// The course of a scenario on a stage that stands: load, trouble under it, recovery, and the verdict.
import { makeLanes } from './events.ts';
import { collectFacts } from './facts.ts';
import { type Load, startLoad } from './load.ts';
import { judge } from './oracle.ts';
import type { Result } from './report.ts';
import type { Scenario, World } from './scenario.ts';
import { RECOVERY_MS, untilResumed, untilSettled } from './settle.ts';
import type { Violations } from './violations.ts';
import { makeWorld, type Said, type Stage } from './world.ts';

const CONVERSATIONS = 70;
/** A quick run settles within the promise as a whole; a longer one has a backlog of its own. */
const QUICK_EVENTS = 10_000;
/** So many events must have been accepted while the trouble lasted. */
const LEAST_UNDER_TROUBLE = 100;
/** How much has been accepted when the trouble begins. */
const BEFORE_TROUBLE = 0.02;
const LEAST_PER_SECOND = 20;
/** What a quick run's load lasts longer than the trouble. */
const AROUND_SECONDS = 15;

export interface PlayOptions {
  readonly events: number;
  /** Most posts per second. */
  readonly rate: number;
  /** One line about what goes on, again and again. */
  readonly progress: (text: string) => void;
}

/** When things happened. */
interface Course {
  readonly acceptedInTrouble: number;
  readonly resumedMs: number | undefined;
  readonly settled: boolean;
  /** From the last post. */
  readonly settledMs: number;
}

/** Plays a scenario to its end. */
export async function play(
  scenario: Scenario,
  stage: Stage,
  options: PlayOptions,
): Promise<Omit<Result, 'seconds' | 'logs'>> {
  const { corner, receiver, system, door } = stage;
  const load = startLoad({
    url: door,
    lanes: makeLanes(system.tenants, scenario.conversations ?? CONVERSATIONS),
    events: options.events,
    perSecond: Math.min(
      options.rate,
      Math.max(LEAST_PER_SECOND, options.events / (scenario.seconds + AROUND_SECONDS)),
    ),
    mostPerSecond: options.rate,
    copies: scenario.copies ?? 1,
  });
  let doing = 'posting';
  const note = (text: string): void => void (doing = text);
  const ticker = setInterval(() => {
    // Nobody starts it again: what depends on it would be waited for in vain.
    if (system.crashes.length > 0) load.abandon();
    const { length } = receiver.effects;
    options.progress(`${doing}: ${load.accepted} of ${load.events} accepted, ${length} effects`);
  }, 1000);
  try {
    const { world, said } = makeWorld(stage, load, note);
    const course = await run(scenario, world, said);
    note('reading everything');
    const facts = await collectFacts(corner, receiver.effects);
    const judged = judge(facts, { sent: load.sent, ...said });
    const { violations } = judged;
    const quick = options.events <= QUICK_EVENTS;
    judgeCourse(course, load, quick, violations);
    for (const fact of load.unexpected) violations.add('answer', fact);
    for (const fact of [...receiver.strange, ...said.facts]) violations.add('scenario', fact);
    for (const fact of system.crashes) violations.add('crash', fact);
    const found = violations.list();
    return {
      scenario: scenario.name,
      events: load.events,
      accepted: load.accepted,
      acceptedInTrouble: course.acceptedInTrouble,
      delivered: judged.delivered,
      effects: receiver.effects.length,
      doubled: judged.doubled,
      mayDouble: said.mayDouble + judged.unanswered,
      repeatedRecords: judged.repeatedRecords,
      lost: violations.count('lost', 'false-2xx'),
      outOfOrder: violations.count('order'),
      answers: Object.fromEntries(load.answers),
      vendorFaults: receiver.refused,
      failedAttempts: facts.failedAttempts,
      resumedSeconds: course.resumedMs === undefined ? null : course.resumedMs / 1000,
      settledSeconds: course.settled ? course.settledMs / 1000 : null,
      recoveryBound: quick
        ? 'settled within 60 s of the last post'
        : 'resumed within 60 s of the trouble, settled at the end',
      violations: found,
      passed: found.length === 0,
    };
  } finally {
    load.abandon();
    clearInterval(ticker);
  }
}

async function run(scenario: Scenario, world: World, said: Said): Promise<Course> {
  const { corner, load, receiver, system, note } = world;
  await world.clock.events(Math.ceil(load.events * BEFORE_TROUBLE));
  const before = load.accepted;
  note(scenario.name);
  await scenario.trouble(world).catch((error: unknown) => {
    said.facts.push(`the trouble itself failed: ${error instanceof Error ? error.message : String(error)}`);
  });
  const acceptedInTrouble = load.accepted - before;
  const troubleEnded = performance.now();
  load.release();
  note('posting the rest');
  const resumedMs = await untilResumed(troubleEnded, load, receiver);
  await load.done;
  const postingEnded = performance.now();
  const settled = await untilSettled(
    corner,
    load,
    ({ spooled, waiting, rows, lag }) =>
      note(`settling (spool ${spooled}, waiting ${waiting}, rows to come ${rows}, lag ${lag})`),
    () => system.crashes.length > 0,
  );
  return { acceptedInTrouble, resumedMs, settled, settledMs: performance.now() - postingEnded };
}

function judgeCourse(course: Course, load: Load, quick: boolean, violations: Violations): void {
  const { settled, settledMs, resumedMs, acceptedInTrouble } = course;
  const allowed = `${RECOVERY_MS / 1000} s`;
  if (!settled) violations.add('slow', 'it was not settled when nothing moved any more');
  else if (quick && settledMs > RECOVERY_MS) {
    violations.add(
      'slow',
      `settled ${Math.round(settledMs / 1000)} s after the last post; ${allowed} are allowed`,
    );
  }
  if (resumedMs === undefined || resumedMs > RECOVERY_MS) {
    violations.add('slow', `after the trouble nothing was accepted and delivered within ${allowed}`);
  }
  if (acceptedInTrouble < LEAST_UNDER_TROUBLE) {
    violations.add('idle', `only ${acceptedInTrouble} events were accepted while the trouble lasted`);
  }
}
