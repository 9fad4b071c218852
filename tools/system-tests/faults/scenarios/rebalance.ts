// A scenario in which a second process of every consuming service joins its group and leaves it again and again:
// partitions, leases and claims move all the time, and nothing may be delivered twice because of it.
import type { ServiceName } from '../../rig/system.ts';
import { twoHaveJoined } from '../../rig/groups.ts';
import type { Scenario, World } from '../scenario.ts';

const SECONDS = 120;
const STAY_SECONDS = 5;
/** On a slow machine a start takes longer; fewer turns than these would not be the trouble that is meant. */
const LEAST_TURNS = 3;
const services: readonly ServiceName[] = ['enricher', 'router', 'metrics', 'sinks'];

export const rebalance: Scenario = {
  name: 'rebalance',
  title: `a member joins and leaves each group every ${STAY_SECONDS} s for ${SECONDS / 60} minutes: nothing is doubled or overtaken`,
  seconds: SECONDS,
  async trouble(world) {
    const until = performance.now() + SECONDS * 1000;
    const turns = await Promise.all(services.map((name) => comeAndGo(world, name, until)));
    world.note(`${turns.join(', ')} times joined`);
  },
};

async function comeAndGo(
  { corner, system, clock, violated }: World,
  name: ServiceName,
  until: number,
): Promise<number> {
  let turns = 0;
  while (performance.now() < until) {
    const replica = await system.addReplica(name);
    if (await twoHaveJoined(corner, name)) turns += 1;
    await clock.seconds(STAY_SECONDS);
    const code = await replica.end('SIGTERM');
    if (code !== 0) violated(`a second ${name}, told to end, exited with ${code ?? 'a signal'}`);
    await clock.seconds(STAY_SECONDS);
  }
  if (turns < LEAST_TURNS) violated(`a second ${name} joined its group only ${turns} times`);
  return turns;
}
