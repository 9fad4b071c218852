// What a scenario gets to make faults with, and to report what it does.
import { createClock } from './clock.ts';
import { type Death, lookAtDeath } from './deaths.ts';
import type { Load } from './load.ts';
import { seeded } from './random.ts';
import type { World } from './scenario.ts';

/**
 * Of a small load less is under way when something dies; a bound that all effects together cannot reach proves nothing.
 */
const UNDER_WAY = 0.01;

/** What a scenario brought forward against the system, or for it. */
export interface Said {
  mayDouble: number;
  readonly deaths: Death[];
  readonly planted: Map<string, readonly string[]>;
  /** What it has seen and must not be. */
  readonly facts: string[];
}

/** The parts of a world that stand before the load begins. */
export interface Stage extends Pick<World, 'servers' | 'corner' | 'receiver' | 'system'> {
  /** Where senders post: ingest's URL, or the one of the link before it. */
  readonly door: string;
  /** What events are signed with, unless with their tenant's own secret. */
  readonly platformSecret: string | undefined;
  /** What the scenario has seen before setup and must not be. */
  readonly seenBefore: readonly string[];
}

/** Makes a world, and what will be said in it. */
export function makeWorld(
  stage: Stage,
  load: Load,
  note: (text: string) => void,
): { world: World; said: Said } {
  const said: Said = { mayDouble: 0, deaths: [], planted: new Map(), facts: [...stage.seenBefore] };
  const { corner, system } = stage;
  const world: World = {
    ...stage,
    load,
    clock: createClock(
      () => load.accepted,
      () => load.complete,
    ),
    random: seeded(1),
    note,
    async killAndRestart(name) {
      const from = performance.now();
      await system.kill(name);
      // Calls of no other service have effects.
      if (name === 'sinks') said.deaths.push(await lookAtDeath(corner, from));
      await system.start(name);
    },
    allowDoubled: (effects) => (said.mayDouble += Math.min(effects, Math.ceil(load.events * UNDER_WAY))),
    violated: (fact) => said.facts.push(fact),
    async plant(key, stages, put) {
      said.planted.set(key, stages);
      await put();
    },
    async bringIn(events, put) {
      await put();
      for (const { lane, number, event } of events) {
        const { tenant, conversation } = lane;
        load.enter(event.id, { tenant: tenant.id, conversation, number, type: event.type });
      }
    },
  };
  return { world, said };
}
