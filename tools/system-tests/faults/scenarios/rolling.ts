// A scenario of a deployment: each service is stopped and started again while events come in. A clean stop must not
// cause repeats.
import { serviceNames } from '../../rig/system.ts';
import type { Scenario } from '../scenario.ts';

const ROUNDS = 2;
/** The services' own bound for a stop. */
const STOP_SECONDS = 20;
const SLOW_MS = 300;
const BETWEEN_SECONDS = 2;

export const rolling: Scenario = {
  name: 'rolling',
  title: `SIGTERM of each service in turn, twice: exit code 0 within ${STOP_SECONDS} s, nothing doubled`,
  seconds: 50,
  async trouble({ system, receiver, clock, note, violated }) {
    for (const vendor of ['hubspot', 'slack'] as const) receiver.behave(vendor, { delayMs: SLOW_MS });
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const name of serviceNames) {
        note(`round ${round}: ${name}`);
        const told = performance.now();
        const before = system.pidOf(name);
        const code = await system.terminate(name);
        const seconds = (performance.now() - told) / 1000;
        if (code !== 0) violated(`${name}, told to end, exited with ${code ?? 'a signal'}`);
        if (seconds > STOP_SECONDS) violated(`${name}, told to end, took ${seconds.toFixed(1)} s`);
        await system.start(name);
        if (system.pidOf(name) === before) violated(`${name} was not ended: it runs on`);
        await clock.seconds(BETWEEN_SECONDS);
      }
    }
  },
};
