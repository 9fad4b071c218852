// Measures how many short messages the analyser and its lexicon alone process per second on one core. It measures CPU time, so
// that other programs on the machine do not count.
import { conversationStarted } from '@switchboard/contracts';
import { LocalAnalyser } from '../src/index.ts';
import { feelingOf } from '../src/training.ts';

const ROUNDS = 5;
/** Messages before the first round, so that the code is compiled. */
const WARM_UP = 10_000;
const EACH_ROUND = 6_000;

export interface Speed {
  /** Messages per second: the median, the smallest and the largest of the rounds. */
  readonly whole: Figure;
  readonly lexicon: Figure;
}

export interface Figure {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

/** Measures with `texts`, which are repeated. */
export async function measureSpeed(texts: readonly string[]): Promise<Speed> {
  const analyser = new LocalAnalyser({ competitors: [], phoneCountry: 'US' });
  const events = texts.map((text) => ({
    type: conversationStarted.type,
    tenantId: 'speed',
    data: {},
    messages: [{ text, customer: true }],
  }));
  const whole = async (count: number) => {
    for (let n = 0; n < count; n += 1)
      await analyser.analyse(events[n % events.length] as (typeof events)[number]);
  };
  const lexicon = async (count: number) => {
    for (let n = 0; n < count; n += 1) feelingOf(texts[n % texts.length] as string);
  };
  await whole(WARM_UP);
  await lexicon(WARM_UP);
  const rates = { whole: [] as number[], lexicon: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.whole.push(await rateOf(whole));
    rates.lexicon.push(await rateOf(lexicon));
  }
  return { whole: figureOf(rates.whole), lexicon: figureOf(rates.lexicon) };
}

async function rateOf(read: (count: number) => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await read(EACH_ROUND);
  const { user, system } = process.cpuUsage(before);
  return (EACH_ROUND / (user + system)) * 1e6;
}

function figureOf(rates: readonly number[]): Figure {
  const sorted = rates.map(Math.round).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, from: sorted[0] ?? 0, to: sorted.at(-1) ?? 0 };
}
