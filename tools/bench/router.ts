// The bench of the router, beside the same job in Kafka Streams, with kafkajs alone and with Nest's own Kafka server.
import { routesOf, type Topic, topicName, topics } from '@switchboard/contracts';
import { ensureTopics, singleNode } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import { enriched } from './bodies.ts';
import { forwardArguments, script, streamsReference } from './contestants.ts';
import { type Course, ours, type Reference, reference } from './course.ts';
import { alone, atMost, compared, type Figure, ratioAtLeast } from './figures.ts';
import { fill } from './fill.ts';
import { cpuFigure, kafkajs, perSecond, showRate } from './forwarders.ts';
import type { Rate } from './forwarding.ts';
import { pairs, playRounds } from './rounds.ts';
import type { Workbench } from './workbench.ts';

const bench = 'router';

const nest: Reference = {
  name: 'nest',
  members: 1,
  command: (job) => script('nest-kafka', forwardArguments(job)),
};

/** One replica and two against every reference. */
export async function routerBench(desk: Workbench): Promise<Figure[]> {
  // Enough for the fastest, warmed for as long as may be and then measured; Nest's stock server takes one at a time.
  const size = desk.quick
    ? { events: 3_000_000, nestEvents: 100_000, rounds: 1, times: { warmUpMs: 10_000, measuredMs: 5_000 } }
    : { events: 9_000_000, nestEvents: 150_000, rounds: 3, times: { warmUpMs: 30_000, measuredMs: 20_000 } };
  const command = await streamsReference(desk);
  const corner = await desk.corner();
  const { times } = size;
  const course = { ...(await prepare(desk, corner, topics.enriched, size.events)), times };
  const nestInput = { ...topics.enriched, name: 'nest-input' };
  const small = { ...(await prepare(desk, corner, nestInput, size.nestEvents)), times };
  const results = await playRounds(desk, {
    rounds: size.rounds,
    show: showRate,
    contestants: {
      'one replica': ours(desk, course, bench, 1),
      'Kafka Streams': await reference(desk, course, { name: 'streams', members: 2, command }),
      'two replicas': ours(desk, course, bench, 2),
      kafkajs: await reference(desk, course, kafkajs),
      'Nest server': await reference(desk, small, nest),
    },
  });
  const { 'one replica': one, 'two replicas': two, 'Kafka Streams': streams } = results;
  const rate = { bench, unit: 'events/s' };
  return [
    compared(
      { ...rate, metric: 'one replica, Kafka Streams', target: ratioAtLeast(0.8) },
      pairs(one, streams, perSecond),
    ),
    compared(
      { ...rate, metric: 'two replicas, Kafka Streams', target: ratioAtLeast(1.2) },
      pairs(two, streams, perSecond),
    ),
    compared(
      { ...rate, metric: "one replica, Nest's Kafka server", target: ratioAtLeast(20) },
      pairs(one, results['Nest server'], perSecond),
    ),
    ...againstKafkajs(one, results.kafkajs),
    ...cpuFigure(bench, one, streams, 'Kafka Streams'),
    // A short run says how it was; it promises nothing.
    alone(
      {
        bench,
        metric: 'measured although not steady',
        unit: 'rounds',
        ...(desk.quick ? {} : { target: atMost(0) }),
      },
      [
        Object.values(results)
          .flat()
          .filter(({ steady }) => steady === false).length,
      ],
    ),
  ];
}

/** One replica against kafkajs alone. */
export async function smallRouterBench(
  desk: Workbench,
  size: { events: number; rounds: number },
): Promise<Figure[]> {
  const course = await prepare(desk, await desk.corner(), topics.enriched, size.events);
  const results = await playRounds(desk, {
    rounds: size.rounds,
    show: showRate,
    contestants: { ours: ours(desk, course, bench, 1), kafkajs: await reference(desk, course, kafkajs) },
  });
  return againstKafkajs(results.ours, results.kafkajs);
}

function againstKafkajs(one: readonly Rate[], other: readonly Rate[]): Figure[] {
  const rate = compared(
    { bench, metric: 'one replica, kafkajs alone', unit: 'events/s' },
    pairs(one, other, perSecond),
  );
  return [rate, ...cpuFigure(bench, one, other)];
}

async function prepare(desk: Workbench, corner: Suite, input: Topic, events: number): Promise<Course> {
  await ensureTopics(corner.kafka, [input], singleNode);
  await desk.progress.step(`${events.toLocaleString('en')} events on ${input.name}`, ({ note }) =>
    fill(desk.broker, topicName(input, corner.env.TOPIC_PREFIX), { count: events, body: enriched, note }),
  );
  return { corner, input, events, routesOf };
}
