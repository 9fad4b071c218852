// Scenarios in which vendors answer 500, hang, reset or limit. Each fault is shorter than the retries of a delivery, so
// everything must be delivered afterwards.
import { untilCalm } from '../calm.ts';
import type { Behaviour } from '../receiver.ts';
import type { Scenario } from '../scenario.ts';

/** Attempts come at once, after 2 s, after 4 s more and so on; a call that hangs is given up after 15 s. */
const troubles: readonly {
  readonly what: string;
  readonly seconds: number;
  readonly behaviour: Behaviour;
}[] = [
  { what: 'answer 500', seconds: 4, behaviour: { status: 500 } },
  { what: 'hang', seconds: 20, behaviour: { fault: 'hang' } },
  { what: 'reset the connection', seconds: 4, behaviour: { fault: 'reset' } },
  { what: 'answer 429, Retry-After 3 s', seconds: 10, behaviour: { status: 429, retryAfterSeconds: 3 } },
];
const WELL_SECONDS = 12;

export const vendors: Scenario = {
  name: 'vendors',
  title:
    'vendors answer 500, hang, reset and limit in turn: all is delivered once, in order, when they are well again',
  seconds: troubles.reduce((sum, { seconds }) => sum + seconds + WELL_SECONDS, 0),
  async trouble({ corner, receiver, clock, note, violated }) {
    for (const { what, seconds, behaviour } of troubles) {
      note(`vendors ${what}`);
      const before = new Map(receiver.refused);
      for (const vendor of ['hubspot', 'slack', 'helpninja'] as const) receiver.behave(vendor, behaviour);
      await clock.seconds(seconds);
      for (const vendor of ['hubspot', 'slack', 'helpninja'] as const) receiver.behave(vendor, {});
      // Those that have effects; that the enricher called says nothing about deliveries.
      for (const vendor of ['hubspot', 'slack'] as const)
        if (receiver.refused.get(vendor) === before.get(vendor))
          violated(`nobody called ${vendor} while it was to ${what}`);
      note('vendors are well');
      await untilCalm(corner);
    }
  },
};
