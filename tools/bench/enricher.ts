// The bench of the enricher with the local analyser: on events with text, without text, and with details from the
// platform. The reference is kafkajs alone, which forwards the same events.
import { topicName, topics } from '@switchboard/contracts';
import { withMessages, withoutText } from './bodies.ts';
import { type Course, ours, reference } from './course.ts';
import { atLeast, compared, type Figure } from './figures.ts';
import { type BodyOf, fill } from './fill.ts';
import { cpuFigure, kafkajs, perSecond, showRate } from './forwarders.ts';
import { startPlatform } from './platform.ts';
import { pairs, playRounds } from './rounds.ts';
import type { Workbench } from './workbench.ts';

const bench = 'enricher';
/** What an API nearby takes. */
const PLATFORM_MS = 5;

/** One replica on both kinds of events. */
export async function enricherBench(desk: Workbench): Promise<Figure[]> {
  const size = desk.quick
    ? { spoken: 20_000, silent: 120_000, fetched: 10_000, rounds: 3 }
    : { spoken: 60_000, silent: 300_000, fetched: 40_000, rounds: 5 };
  const spoken = await prepare(desk, { events: size.spoken, body: withMessages, text: 'with two messages' });
  const silent = await prepare(desk, { events: size.silent, body: withoutText, text: 'without text' });
  const fetched = await prepare(desk, { events: size.fetched, body: withoutText, text: 'to fetch for' });
  const platform = await startPlatform(desk, PLATFORM_MS);
  const api = { HELPNINJA_API_URL: `${platform.url}/v1`, HELPNINJA_API_KEY: 'bench' };
  const results = await playRounds(desk, {
    rounds: size.rounds,
    show: showRate,
    contestants: {
      'two messages': ours(desk, spoken, bench, 1),
      'two messages, kafkajs': await reference(desk, spoken, kafkajs),
      'no text': ours(desk, silent, bench, 1),
      'no text, kafkajs': await reference(desk, silent, kafkajs),
      'details fetched': ours(desk, fetched, bench, 1, api),
      'details fetched, kafkajs': await reference(desk, fetched, kafkajs),
    },
  });
  const calls = await platform.stop();
  // Three of the six types are about a whole conversation.
  const wanted = (size.rounds * size.fetched) / 2;
  if (calls < wanted)
    throw new Error(`measuring ${bench}: the platform was asked ${calls} times, not ${wanted} or more`);
  const rate = { bench, unit: 'events/s' };
  return [
    compared(
      { ...rate, metric: 'two short messages, kafkajs passing on', target: atLeast(2_000) },
      pairs(results['two messages'], results['two messages, kafkajs'], perSecond),
    ),
    compared(
      { ...rate, metric: 'no text, kafkajs passing on', target: atLeast(15_000) },
      pairs(results['no text'], results['no text, kafkajs'], perSecond),
    ),
    compared(
      {
        ...rate,
        metric: `details of every second event fetched, the platform takes ${PLATFORM_MS} ms; kafkajs passing on`,
      },
      pairs(results['details fetched'], results['details fetched, kafkajs'], perSecond),
    ),
    ...cpuFigure(bench, results['no text'], results['no text, kafkajs']),
  ];
}

async function prepare(
  desk: Workbench,
  { events, body, text }: { events: number; body: BodyOf; text: string },
): Promise<Course> {
  // The service reads a topic by its name: two kinds of events need two corners.
  const corner = await desk.corner();
  await desk.progress.step(`${events.toLocaleString('en')} events ${text}`, ({ note }) =>
    fill(desk.broker, topicName(topics.events, corner.env.TOPIC_PREFIX), { count: events, body, note }),
  );
  return { corner, input: topics.events, events, routesOf: () => [topics.enriched] };
}
