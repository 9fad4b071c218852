// The reference for latency: one hop through Kafka with kafkajs alone, at the same rate and in the same run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Topic, topicName, topics } from '@switchboard/contracts';
import { ensureTopics, singleNode } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import { script } from './contestants.ts';
import type { Workbench } from './workbench.ts';

/** Latencies of one hop in milliseconds, in the order of sending. */
export async function measureHop(
  desk: Workbench,
  corner: Suite,
  times: { perSecond: number; seconds: number; warmUp: number },
): Promise<number[]> {
  const input: Topic = { ...topics.events, name: 'hop' };
  await ensureTopics(corner.kafka, [input], singleNode);
  const topic = topicName(input, corner.env.TOPIC_PREFIX);
  const result = join(desk.folder, 'hop.json');
  const { perSecond, seconds, warmUp } = times;
  const args = [desk.brokers, topic, `${topic}-reader`, ...[perSecond, seconds, warmUp].map(String), result];
  await desk.launch(script('hop', args)).finished;
  return (JSON.parse(readFileSync(result, 'utf8')) as { latencies: number[] }).latencies;
}
