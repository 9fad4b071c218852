// Fills one topic, and starts the programs that forward it. Each reads it from the beginning, in its own group.
import { type Topic, topicName } from '@switchboard/contracts';
import { ensureTopics, singleNode } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import { type Forwarding, service } from './contestants.ts';
import { types } from './fill.ts';
import { type Job, measure, type Rate } from './forwarding.ts';
import { measureWarm, type Times } from './warm-forwarding.ts';
import type { Command, Running } from './processes.ts';
import type { Contestant } from './rounds.ts';
import type { Workbench } from './workbench.ts';

/** What is to be forwarded, and where to. */
export interface Course {
  readonly corner: Suite;
  readonly input: Topic;
  readonly events: number;
  /** The topics that an event of this type goes to. */
  readonly routesOf: (type: string) => readonly Topic[];
  /** Given: contestants are warmed until their rate is steady and measured for a time, and do not reach the end. */
  readonly times?: Times;
}

/** A program that is told what to forward. */
export interface Reference {
  readonly name: string;
  /** Members that it brings to its group. */
  readonly members: number;
  readonly command: (job: Forwarding) => Command;
}

/** Replicas of one of our services; its topics and group have the names they always have. */
export function ours(
  bench: Workbench,
  course: Course,
  name: string,
  replicas: number,
  env: Readonly<Record<string, string>> = {},
): Contestant<Rate> {
  const { corner, input, events } = course;
  const prefix = corner.env.TOPIC_PREFIX;
  const group = `${prefix}${name}`;
  return async (_round, note) => {
    const commands = await Promise.all(Array.from({ length: replicas }, () => service(name, corner, env)));
    const job: Job = {
      name: `${name} x${replicas}`,
      input: topicName(input, prefix),
      events,
      group,
      members: replicas,
      outputs: expected(course, (topic) => topicName(topic, prefix)),
    };
    const rate = await run(bench, course, job, {
      start: () => commands.map((command) => bench.launch(command)),
      note,
    });
    await bench.broker.forgetGroup(group);
    return rate;
  };
}

/** A reference on output topics of its own, which are made here. */
export async function reference(
  bench: Workbench,
  course: Course,
  { name, members, command }: Reference,
): Promise<Contestant<Rate>> {
  const prefix = course.corner.env.TOPIC_PREFIX;
  const input = topicName(course.input, prefix);
  const own = (topic: Topic) => ({ ...topic, name: `${name}.${topic.name}` });
  const output = (topic: Topic) => topicName(own(topic), prefix);
  const outputs = expected(course, output);
  const routes = new Map(types.map((type) => [type, course.routesOf(type).map(output)]));
  await ensureTopics(course.corner.kafka, [...new Set(types.flatMap(course.routesOf))].map(own), singleNode);
  return (round, note) => {
    const group = `${prefix}${name}-${round}`;
    const job: Job = { name, input, events: course.events, group, members, outputs };
    const start = () => [bench.launch(command({ brokers: bench.brokers, group, input, routes }))];
    return run(bench, course, job, { start, note });
  };
}

/** What was forwarded is emptied away when it was seen: a long backlog, round after round, would fill the disk. */
async function run(
  { broker }: Workbench,
  { times }: Course,
  job: Job,
  options: { start: () => readonly Running[]; note: (text: string) => void },
): Promise<Rate> {
  if (times === undefined) return measure(broker, job, options);
  const rate = await measureWarm(broker, job, { ...options, times });
  for (const topic of job.outputs.keys()) await broker.empty(topic);
  return rate;
}

/** How many of the course's events go to each topic. */
function expected({ events, routesOf }: Course, nameOf: (topic: Topic) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [place, type] of types.entries()) {
    const ofType = Math.ceil((events - place) / types.length);
    for (const topic of routesOf(type)) {
      counts.set(nameOf(topic), (counts.get(nameOf(topic)) ?? 0) + ofType);
    }
  }
  return counts;
}
