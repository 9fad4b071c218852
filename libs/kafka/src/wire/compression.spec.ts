// Topics that the broker compresses anew, whatever is written to them, as the Java client would have done it.
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
import { decompress } from './compression.ts';
import { readBatches } from './decode.ts';
import { writeBatch } from './encode.ts';

/** Where they stand in a batch. */
const ATTRIBUTES = 21;

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
    // Beyond one block of every codec, and of a size that no codec leaves as it is.
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

test('a codec that nobody knows is an error with its number', () => {
  expect(() => decompress(5, Buffer.from('x'))).toThrow('its compression codec has the number 5');
  const bytes = Buffer.alloc(1000);
  const record = { timestamp: 1, size: 100, content: { key: 'k', value: Buffer.from('v'), headers: {} } };
  const batch = bytes.subarray(0, writeBatch(bytes, 0, [record]));
  batch.writeInt16BE(6, ATTRIBUTES);
  expect(() => readBatches(batch)).toThrow('its compression codec has the number 6');
});

test('damaged bytes are an error, whatever the codec', () => {
  for (const codec of [1, 2, 3, 4]) expect(() => decompress(codec, Buffer.alloc(50, 7))).toThrow();
});
