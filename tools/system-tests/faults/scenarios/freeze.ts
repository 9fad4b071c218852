// A scenario in which a process is frozen and continues later, and believes that it still owns slots that another
// process has taken over.
import type { ServiceName } from '../../rig/system.ts';
import type { Effect } from '../effects.ts';
import { positionsOf, twoHaveJoined, unread } from '../../rig/groups.ts';
import { type Scenario, UNRECORDED, type World } from '../scenario.ts';

const FROZEN_SECONDS = 45;
/** After it goes on, beside the one that took over: long enough for both to notice. */
const TOGETHER_SECONDS = 5;
/** A process that runs answers sooner. */
const ANSWER_MS = 3_000;
const SLOW_MS = 100;
/** So many events show that ingest takes in again. */
const AGAIN_EVENTS = 30;
const services: readonly ServiceName[] = ['enricher', 'router', 'metrics', 'sinks'];

export const freeze: Scenario = {
  name: 'freeze',
  title: `SIGSTOP of each service for ${FROZEN_SECONDS} s, then SIGCONT: another takes over, order is kept; what senders of a frozen ingest post again is the same event`,
  seconds: (services.length + 1) * (FROZEN_SECONDS + TOGETHER_SECONDS + 5),
  async trouble(world) {
    const { corner, system, receiver, clock, note, allowDoubled, violated } = world;
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { delayMs: SLOW_MS });
    for (const name of services) {
      const replica = await system.addReplica(name);
      if (!(await twoHaveJoined(corner, name))) violated(`a second ${name} did not join its group`);
      note(`${name} stands still`);
      // For everybody else it is dead: its calls under way are made again.
      if (name === 'sinks') allowDoubled(UNRECORDED);
      system.pause(name);
      if (await answers(system.urlOf(name))) violated(`${name} did not stand still: it answers`);
      // What it owned then is read only by one that took it over.
      const positions = await positionsOf(corner, name);
      await clock.seconds(FROZEN_SECONDS / 2);
      const effects = receiver.effects.length;
      await clock.seconds(FROZEN_SECONDS / 2);
      const left = await unread(corner, name, positions);
      if (left.length > 0)
        violated(`nobody took over ${left.length} partitions of ${name}: ${left.join(', ')}`);
      const silent = withoutEffects(receiver.effects, effects);
      if (silent.length > 0) violated(`nobody delivered to ${silent.join(', ')} while ${name} stood still`);
      system.resume(name);
      note(`${name} goes on beside another`);
      await clock.seconds(TOGETHER_SECONDS);
      await replica.end('SIGTERM');
    }
    await freezeIngest(world);
  },
};

/** Longer than a sender waits, 30 s: it posts again what the frozen process may still find in its sockets. */
async function freezeIngest({ system, load, clock, note, violated }: World): Promise<void> {
  const broken = load.answers.get(0) ?? 0;
  note('ingest stands still');
  system.pause('ingest');
  await clock.seconds(FROZEN_SECONDS);
  const givenUp = (load.answers.get(0) ?? 0) - broken;
  if (givenUp === 0) violated('no sender gave up waiting while ingest stood still');
  system.resume('ingest');
  note(`ingest goes on; ${givenUp} posts were given up and made again`);
  await clock.events(AGAIN_EVENTS);
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Integrations that were delivered to before this place in the list, and not after it. */
function withoutEffects(effects: readonly Effect[], place: number): string[] {
  const after = new Set(effects.slice(place).map(({ integration }) => integration));
  return [...new Set(effects.map(({ integration }) => integration))].filter((name) => !after.has(name));
}
