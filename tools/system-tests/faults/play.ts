// Plays a scenario on a running system: load, faults under load, recovery, and the check of the result.
import { makeLanes } from './events.ts';
import { collectFacts } from './facts.ts';
import { startLoad } from './load.ts';
import { judge } from './oracle.ts';
import type { Result } from './report.ts';
import type { Scenario, World } from './scenario.ts';
import { RECOVERY_MS, type Settling, untilResumed, untilSettled } from './settle.ts';
import type { Violations } from './violations.ts';
import { withoutTrouble } from './without-trouble.ts';
import { makeWorld, type Said, type Stage } from './world.ts';

const CONVERSATIONS = 70;
/** A quick run settles within the promise as a whole; a longer one has a backlog of its own to work off first. */
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
  /** False: the scenario's orders are not carried out, and it must notice. Default true. */
  readonly troubled?: boolean;
}

/** When things happened. */
interface Course {
  readonly acceptedInTrouble: number;
  readonly resumedMs: number | undefined;
  /** From the last post. */
  readonly settling: Settling;
}

/** Plays a scenario to its end. */
export async function play(
  scenario: Scenario,
  stage: Stage,
  options: PlayOptions,
): Promise<Omit<Result, 'seconds' | 'logs'>> {
  const { corner, receiver, system, door } = stage;
  const { troubled = true } = options;
  const load = startLoad({
    url: door,
    lanes: makeLanes(
      system.tenants,
      (troubled && scenario.conversations) || CONVERSATIONS,
      stage.platformSecret,
    ),
    events: options.events,
    perSecond: Math.min(
      options.rate,
      Math.max(LEAST_PER_SECOND, options.events / (scenario.seconds + AROUND_SECONDS)),
    ),
    mostPerSecond: options.rate,
    copies: (troubled && scenario.copies) || 1,
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
    const quick = options.events <= QUICK_EVENTS;
    const course = await run(scenario, { world: troubled ? world : withoutTrouble(world), said, quick });
    note('reading everything');
    const facts = await collectFacts(corner, receiver.effects);
    const judged = judge(facts, { sent: load.sent, ...said });
    const { violations } = judged;
    judgeCourse(course, violations);
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
      mayDouble: said.mayDouble + judged.unanswered + judged.unrecorded,
      repeatedRecords: judged.repeatedRecords,
      lost: violations.count('lost', 'false-2xx'),
      outOfOrder: violations.count('order'),
      answers: Object.fromEntries(load.answers),
      vendorFaults: [...receiver.refused.values()].reduce((sum, count) => sum + count, 0),
      failedAttempts: facts.failedAttempts,
      resumedSeconds: course.resumedMs === undefined ? null : course.resumedMs / 1000,
      settledSeconds: course.settling.settled ? course.settling.ms / 1000 : null,
      settlingBoundSeconds: course.settling.allowedMs / 1000,
      violations: found,
      passed: found.length === 0,
    };
  } finally {
    load.abandon();
    clearInterval(ticker);
  }
}

async function run(
  scenario: Scenario,
  { world, said, quick }: { world: World; said: Said; quick: boolean },
): Promise<Course> {
  const postingBegan = performance.now();
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
  const resumedMs = await untilResumed(troubleEnded, {
    load,
    receiver,
    hopeless: () => system.crashes.length > 0,
  });
  await load.done;
  const settling = await untilSettled(corner, load, performance.now() - postingBegan, {
    quick,
    say: ({ spooled, waiting, rows, lag }) =>
      note(`settling (spool ${spooled}, waiting ${waiting}, rows to come ${rows}, lag ${lag})`),
    hopeless: () => system.crashes.length > 0,
  });
  return { acceptedInTrouble, resumedMs, settling };
}

function judgeCourse({ settling, resumedMs, acceptedInTrouble }: Course, violations: Violations): void {
  const allowed = `${RECOVERY_MS / 1000} s`;
  const { settled, ms, allowedMs } = settling;
  const took = `${Math.round(ms / 1000)} s after the last post; ${Math.round(allowedMs / 1000)} s are allowed`;
  if (!settled) violations.add('slow', `it was given up, not settled, ${took}`);
  else if (ms > allowedMs) violations.add('slow', `it was settled ${took}`);
  if (resumedMs === undefined || resumedMs > RECOVERY_MS) {
    violations.add('slow', `after the trouble nothing was accepted and delivered within ${allowed}`);
  }
  if (acceptedInTrouble < LEAST_UNDER_TROUBLE) {
    violations.add('idle', `only ${acceptedInTrouble} events were accepted while the trouble lasted`);
  }
}
