// Topics whose broker compresses every batch, as the Java client does it.
import type { Topic } from '@switchboard/contracts';
import { type InRecord, readAll } from '../index.ts';
import {
  allDone,
  configureTopic,
  event,
  numbers,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

async function compressed(codec: string): Promise<Topic> {
  const topic = await broker.topic(`packed-${codec}`, { partitions: 2 });
  await configureTopic(broker.settings, topic, { 'compression.type': codec });
  return topic;
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'records of a topic compressed with %s are read',
  async (codec) => {
    const topic = await compressed(codec);
    // More than one block of each codec, and large enough that no codec stores it uncompressed.
    const values = numbers(400).map((n) => `${n} ${'what the customer said '.repeat(40)}`);
    await broker.producer().sendMany(values.map((value, n) => event(topic, `k${n % 7}`, value)));
    const written = await readAll(broker.settings, topic);
    expect(written.map(text).sort()).toEqual([...values].sort());
    expect(written.every((record) => record.headers['ce_tenantid']?.toString() === 'acme')).toBe(true);
    const seen: InRecord[] = [];
    const handle = (records: readonly InRecord[]) => {
      seen.push(...records);
      return allDone(records);
    };
    broker.consumer([{ kind: 'records', topic, handle }], { group: codec });
    await broker.committed(topic, codec);
    expect(seen.map(text).sort()).toEqual([...values].sort());
  },
);
