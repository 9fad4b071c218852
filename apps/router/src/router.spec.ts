// The router as it runs, on a real broker: what comes in on the enriched topic, and what stands on the others after.
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

/** Everything that matters of a record but where it stands. */
const contents = ({ partition, key, value, headers, timestamp }: InRecord) => ({
  partition,
  key: key?.toString('hex'),
  value: value?.toString('hex'),
  headers: Object.entries(headers).map(([name, text]) => [name, String(text)]),
  timestamp,
});

test('puts each type on its topics, bytes, headers, timestamp and partition untouched', async () => {
  const types = [...events.map(({ type }) => type), 'something.new'];
  const sent = types.map((type, index) => ({
    topic: topics.enriched,
    partition: index % topics.enriched.partitions,
    key: `key-${index}`,
    // Not even JSON: the router must not care.
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
      // A record that was read twice is forwarded twice: the same record, which its readers know by its id.
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
