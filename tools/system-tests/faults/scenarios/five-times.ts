// A scenario in which the sender posts everything five times at once: five answers, one event.
import type { Scenario } from '../scenario.ts';

const COPIES = 5;

export const fiveTimes: Scenario = {
  name: 'five-times',
  title:
    'every event is posted five times at the same time: each post is answered 200, each effect happens once',
  seconds: 60,
  copies: COPIES,
  async trouble({ load, clock, violated }) {
    await clock.events(Math.floor(load.events * 0.8));
    const answers = load.answers.get(200) ?? 0;
    if (answers < (COPIES - 1) * load.accepted)
      violated(`${load.accepted} events had ${answers} answers: they were not posted ${COPIES} times`);
  },
};
