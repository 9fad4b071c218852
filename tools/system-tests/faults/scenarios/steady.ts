// The scenario without faults: the baseline for the others, and the proof that a failure is not caused by the tool
// itself.
import type { Scenario } from '../scenario.ts';

export const steady: Scenario = {
  name: 'steady',
  title: 'without trouble nothing is lost, doubled or overtaken',
  seconds: 20,
  trouble: ({ load, clock }) => clock.events(Math.ceil(load.events / 4)),
};
