// Reads what is on the topics, in the ledger and at the sandbox's stand-ins, so that a spec can compare it with what
// was accepted.
import { decodeHeaders, routesOf, type Topic, topics } from '@switchboard/contracts';
import { type InRecord, readAll, topicEnds } from '@switchboard/kafka';
import type { Suite } from '@switchboard/testing';
import type { Answer, Post } from '../../load/posts.ts';
import type { System } from './system.ts';

/** A call that reached a stand-in. */
export interface Received {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly status: number | string;
}

export interface DeliveryRow {
  readonly event_id: string;
  readonly sink: string;
  readonly state: string;
  readonly event_type: string;
}

/** The posts that were answered with 2xx, each event once. */
export function acceptedOf(answers: readonly Answer[]): Map<string, Post> {
  return new Map(answers.filter(({ status }) => status === 200).map(({ post }) => [post.id, post]));
}

/** Distinct event ids on a topic; a record without headers counts by its place. */
export async function idsOn(suite: Suite, topic: Topic): Promise<Set<string>> {
  return new Set((await recordsOn(suite, topic)).map(idOf));
}

/** Records on a topic, repeats included: cheap enough to ask again and again. */
export async function countOn(suite: Suite, topic: Topic): Promise<number> {
  const ends = await topicEnds(suite.kafka, topic);
  return ends.reduce((sum, { low, high }) => sum + high - low, 0);
}

export function recordsOn(suite: Suite, topic: Topic): Promise<InRecord[]> {
  return readAll(suite.kafka, topic);
}

export function idOf(record: InRecord): string {
  return decodeHeaders(record.headers)?.id ?? `${record.partition}/${record.offset}`;
}

/** Whether every accepted event of the type must be on the topic. */
export function belongsOn(topic: Topic, type: string): boolean {
  return topic === topics.events || topic === topics.enriched || routesOf(type).includes(topic);
}

/** The ids that must be on a topic, given what was accepted. */
export function wantedOn(accepted: ReadonlyMap<string, Post>, topic: Topic): Set<string> {
  return new Set([...accepted.values()].filter(({ type }) => belongsOn(topic, type)).map(({ id }) => id));
}

export async function deliveries(suite: Suite): Promise<DeliveryRow[]> {
  return suite.database.query<DeliveryRow>(
    'select event_id, sink, state, event_type from delivery order by id',
  );
}

/** Calls that reached a vendor's stand-in, in order of arrival. */
export async function received(
  system: System,
  vendor: 'hubspot' | 'slack' | 'helpninja',
): Promise<Received[]> {
  const reply = await fetch(`${system.sandbox}/_received?vendor=${vendor}`);
  return (await reply.json()) as Received[];
}

/** Idempotency keys of the calls that had an effect, with how often each had it. */
export function effects(calls: readonly Received[], path: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const call of calls) {
    if (!call.path.includes(path) || typeof call.status !== 'number' || call.status >= 300) continue;
    const key = call.headers['idempotency-key'] ?? '';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
