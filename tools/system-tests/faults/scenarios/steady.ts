// No trouble at all: what the others are compared with, and the proof that a failure is not the tool's own.
import type { Scenario } from '../scenario.ts';

export const steady: Scenario = {
  name: 'steady',
  title: 'without trouble nothing is lost, doubled or overtaken',
  seconds: 20,
  trouble: ({ load, clock }) => clock.events(Math.ceil(load.events / 4)),
};
