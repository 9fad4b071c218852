// For specs of failing records: events, handlers, and the records of the dead-letter topic.
import { type Topic, topics } from '@switchboard/contracts';
import { type InRecord, type Outcome, readAll } from '../index.ts';
import { event, type TestBroker } from '../test-broker.ts';
import type { Handler } from './handler.ts';

/** The records of the dead-letter topic. */
export const letters = ({ settings }: TestBroker): Promise<InRecord[]> =>
  readAll(settings, topics.deadLetters);

export const header = (record: InRecord | undefined, name: string): string | undefined =>
  record?.headers[name]?.toString();

/** Writes an event for each value, each with its own key. */
export async function fill(broker: TestBroker, topic: Topic, values: readonly string[]): Promise<void> {
  await broker
    .producer()
    .sendMany(values.map((value) => event(topic, `k-${value}`, value, { timestamp: 1_700_000_000_000 })));
}

/** A handler of either kind that applies `one` to each record. */
export function handlerOf(
  kind: 'records' | 'record',
  topic: Topic,
  one: (record: InRecord) => Outcome,
): Handler {
  return kind === 'records'
    ? { kind, topic, handle: async (records: readonly InRecord[]) => records.map(one) }
    : { kind, topic, handle: async (record: InRecord) => one(record) };
}
