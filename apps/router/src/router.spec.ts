// The running router on a real broker: records of the enriched topic, and what is on the other topics afterwards.
import { encodeHeaders, events, routesOf, topics } from '@switchboard/contracts';
import { type InRecord, KafkaProducer, readAll } from '@switchboard/kafka';
import { type RunningService, startOnFreePort } from '@switchboard/service';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { router } from './router.ts';

let corner: Suite;
let producer: KafkaProducer;
let service: RunningService;

beforeAll(async () => {
  corner = await suite();
  producer = new KafkaProducer(corner.kafka);
  service = await startOnFreePort(router, corner.env);
});

afterAll(async () => {
  await service.stop();
  await producer.close();
  await corner.end();
});

/** All parts of a record except topic and offset. */
const contents = ({ partition, key, value, headers, timestamp }: InRecord) => ({
  partition,
  key: key?.toString('hex'),
  value: value?.toString('hex'),
  headers: Object.entries(headers).map(([name, text]) => [name, String(text)]),
  timestamp,
});

test('writes each type to its topics, with the same bytes, headers, timestamp and partition', async () => {
  const types = [...events.map(({ type }) => type), 'something.new'];
  const sent = types.map((type, index) => ({
    topic: topics.enriched,
    partition: index % topics.enriched.partitions,
    key: `key-${index}`,
    // Not JSON: the router must not read it.
    value: Buffer.from([0x7b, 0xff, 0x00, index]),
    headers: {
      ...encodeHeaders({ id: `id-${index}`, type, source: '/webhooks/helpninja', tenantId: 'acme' }),
      'x-of-the-sender': 'kept',
    },
    timestamp: Date.UTC(2026, 1, 3, 4, 5, 6, index),
  }));
  await producer.sendMany(sent);

  for (const topic of [topics.conversations, topics.leads, topics.escalations]) {
    const expected = sent.filter((_, index) => routesOf(types[index] ?? '').includes(topic));
    expect(expected.length).toBeGreaterThan(0);
    await eventually(async () => {
      const arrived = await readAll(corner.kafka, topic);
      const byId = (a: InRecord, b: InRecord) => a.timestamp - b.timestamp;
      // A record that was read twice is forwarded twice; readers recognise the repeat by its id.
      const distinct = new Map(arrived.map((record) => [JSON.stringify(contents(record)), record]));
      expect([...distinct.values()].sort(byId).map(contents)).toEqual(
        expected.map((record) => ({
          partition: record.partition,
          key: Buffer.from(record.key).toString('hex'),
          value: record.value.toString('hex'),
          headers: Object.entries(record.headers),
          timestamp: record.timestamp,
        })),
      );
    });
  }
  expect(await readAll(corner.kafka, topics.deadLetters)).toEqual([]);
});
