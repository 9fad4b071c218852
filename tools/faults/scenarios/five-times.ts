// A sender that posts everything five times at once: five answers, one event.
import type { Scenario } from '../scenario.ts';

const COPIES = 5;

export const fiveTimes: Scenario = {
  name: 'five-times',
  title:
    'every event is posted five times at the same time: each post is answered 200, each effect happens once',
  seconds: 60,
  copies: COPIES,
  trouble: ({ load, clock }) => clock.events(Math.floor(load.events * 0.8)),
};
