// A process that stands still and comes back believes that it still owns what another has long taken over.
import type { ServiceName } from '../../rig/system.ts';
import { type Scenario, UNRECORDED } from '../scenario.ts';

const FROZEN_SECONDS = 45;
/** After it goes on, beside the one that took over: long enough for both to notice. */
const TOGETHER_SECONDS = 5;
const SLOW_MS = 100;
const services: readonly ServiceName[] = ['enricher', 'router', 'metrics', 'sinks'];

export const freeze: Scenario = {
  name: 'freeze',
  title: `SIGSTOP of each consuming service for ${FROZEN_SECONDS} s, then SIGCONT: another takes over, order is kept`,
  seconds: services.length * (FROZEN_SECONDS + TOGETHER_SECONDS + 5),
  async trouble({ system, receiver, clock, note, allowDoubled, violated }) {
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { delayMs: SLOW_MS });
    for (const name of services) {
      const replica = await system.addReplica(name);
      note(`${name} stands still`);
      // For everybody else it is dead: its calls under way are made again.
      if (name === 'sinks') allowDoubled(UNRECORDED);
      system.pause(name);
      const effects = receiver.effects.length;
      await clock.seconds(FROZEN_SECONDS);
      if (receiver.effects.length === effects) violated(`nothing was delivered while ${name} stood still`);
      system.resume(name);
      note(`${name} goes on beside another`);
      await clock.seconds(TOGETHER_SECONDS);
      await replica.end('SIGTERM');
    }
  },
};
