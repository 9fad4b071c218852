// For specs of records that fail: a broker of its own for each test, and what stands on its dead-letter topic.
import { type Topic, topics } from '@switchboard/contracts';
import { type InRecord, type Outcome, readAll } from '../index.ts';
import { event, type TestBroker } from '../test-broker.ts';
import type { Handler } from './work.ts';

/** What is on the dead-letter topic. */
export const letters = ({ settings }: TestBroker): Promise<InRecord[]> =>
  readAll(settings, topics.deadLetters);

export const header = (record: InRecord | undefined, name: string): string | undefined =>
  record?.headers[name]?.toString();

/** Writes an event of a key of its own for each value. */
export async function fill(broker: TestBroker, topic: Topic, values: readonly string[]): Promise<void> {
  await broker
    .producer()
    .sendMany(values.map((value) => event(topic, `k-${value}`, value, { timestamp: 1_700_000_000_000 })));
}

/** A handler of either kind that does the same with each record. */
export function handlerOf(
  kind: 'records' | 'record',
  topic: Topic,
  one: (record: InRecord) => Outcome,
): Handler {
  return kind === 'records'
    ? { kind, topic, handle: async (records: readonly InRecord[]) => records.map(one) }
    : { kind, topic, handle: async (record: InRecord) => one(record) };
}
