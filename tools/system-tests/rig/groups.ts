// Reads the members and progress of consumer groups, and waits until every partition of a group is read.
import { type Topic, topics } from '@switchboard/contracts';
import { committedOffsets, topicEnds } from '@switchboard/kafka';
import { eventually, type Suite } from '@switchboard/testing';
import { settledMembers } from '../../servers/operator.mjs';
import type { ServiceName } from './system.ts';

/** A consumer group and its topic, by the service whose processes are its members. */
export const readers: readonly (readonly [group: string, topic: Topic, service: ServiceName])[] = [
  ['enricher', topics.events, 'enricher'],
  ['router', topics.enriched, 'router'],
  ['metrics', topics.enriched, 'metrics'],
  ['sink-hubspot', topics.leads, 'sinks'],
  ['sink-slack', topics.escalations, 'sinks'],
];

/** How many records of its topic a group has not read. */
export async function lagOf({ kafka }: Suite, group: string, topic: Topic): Promise<number> {
  const committed = await committedOffsets(kafka, group, topic);
  const ends = await topicEnds(kafka, topic);
  return ends.reduce((sum, { partition, low, high }) => sum + high - (committed.get(partition) ?? low), 0);
}

/** A process is ready when the broker answers it, which is before it has joined. */
const JOIN_MS = 20_000;

/** Resolves with true when each group of the service has two members that are settled, with false after 20 s. */
export async function twoHaveJoined({ kafka, env }: Suite, service: ServiceName): Promise<boolean> {
  const groups = readers.filter(([, , owner]) => owner === service).map(([group]) => group);
  const joined = groups.map((group) =>
    eventually(
      async () => {
        const members = await settledMembers(kafka.brokers, `${env.TOPIC_PREFIX}${group}`);
        if (members < 2) throw new Error(`waiting for a second member of ${group}: it has ${members}`);
      },
      { deadlineMs: JOIN_MS, everyMs: 200 },
    ),
  );
  return Promise.all(joined).then(
    () => true,
    () => false,
  );
}

/** How far each group of a service has committed, by group and partition. */
export type Positions = ReadonlyMap<string, ReadonlyMap<number, number>>;

export async function positionsOf({ kafka }: Suite, service: ServiceName): Promise<Positions> {
  const own = readers.filter(([, , owner]) => owner === service);
  const entries = own.map(
    async ([group, topic]) => [group, await committedOffsets(kafka, group, topic)] as const,
  );
  return new Map(await Promise.all(entries));
}

/** Partitions that had something to read since those positions and were not read, each as `group/partition`. */
export async function unread(corner: Suite, service: ServiceName, since: Positions): Promise<string[]> {
  const now = await positionsOf(corner, service);
  const own = readers.filter(([, , owner]) => owner === service);
  const lists = own.map(async ([group, topic]) => {
    const ends = await topicEnds(corner.kafka, topic);
    return ends
      .filter(({ partition, low, high }) => {
        const before = since.get(group)?.get(partition) ?? low;
        return high > before && (now.get(group)?.get(partition) ?? low) <= before;
      })
      .map(({ partition }) => `${group}/${partition}`);
  });
  return (await Promise.all(lists)).flat();
}
