// The report over real topics: counts, dead letters, missing events.
import { deadLetterHeaders, encodeHeaders, type Topic, topicName, topics } from '@switchboard/contracts';
import { KafkaProducer, readAll } from '@switchboard/kafka';
import { type Suite, suite } from '@switchboard/testing';
import { report } from './report.ts';

const SINCE = Date.UTC(2026, 1, 3, 10);
let corner: Suite;
let producer: KafkaProducer;

beforeAll(async () => {
  corner = await suite();
  producer = new KafkaProducer(corner.kafka);
});
afterAll(async () => {
  await producer.close();
  await corner.end();
});

const on = (topic: Topic, id: string, timestamp = SINCE) => ({
  topic,
  key: id,
  value: Buffer.from('{}'),
  headers: encodeHeaders({ id, type: 'message.sent', source: '/webhooks/helpninja', tenantId: 'acme' }),
  timestamp,
});
const letterFrom = (topic: Topic, id: string, timestamp = SINCE) => {
  const letter = on(topics.deadLetters, id, timestamp);
  const from = topicName(topic, corner.kafka.topicPrefix);
  return { ...letter, headers: { ...letter.headers, [deadLetterHeaders.topic]: from } };
};

test('an event that the enricher gave up is not missing; every other must be on the next topic', async () => {
  await producer.sendMany([
    on(topics.events, 'old', SINCE - 1),
    on(topics.events, 'done'),
    on(topics.events, 'done'),
    on(topics.enriched, 'done'),
    letterFrom(topics.enriched, 'done'),
    on(topics.events, 'ended'),
    letterFrom(topics.events, 'ended'),
  ]);
  expect(await report(corner.kafka, corner.database, SINCE)).toMatchObject({
    accepted: 2,
    enriched: 1,
    deadLetters: 2,
    topics: { [topics.deadLetters.name]: 2 },
    conservation: { holds: true, problems: [] },
  });
  await producer.sendMany([
    on(topics.events, 'lost'),
    letterFrom(topics.enriched, 'lost'),
    letterFrom(topics.events, 'lost', SINCE - 1),
  ]);
  const { deadLetters, conservation } = await report(corner.kafka, corner.database, SINCE);
  expect(deadLetters).toBe(3);
  expect(conservation).toEqual({
    holds: false,
    problems: [expect.stringMatching(/^1 events are not on helpninja-enriched .* for example lost$/)],
  });
});

test('a record without event headers is identified by its offset, as a dead letter too', async () => {
  const timestamp = SINCE + 3_600_000;
  const nameless = { key: 'k', value: Buffer.from('x'), headers: {}, timestamp };
  for (const partition of [1, 2]) await producer.send({ ...nameless, topic: topics.events, partition });
  const found = (await readAll(corner.kafka, topics.events)).filter(
    (record) => record.timestamp === timestamp,
  );
  const placeOf = (partition: number) => {
    const offset = found.find((record) => record.partition === partition)?.offset;
    return { partition: String(partition), offset: String(offset) };
  };
  const { partition, offset } = placeOf(1);
  const headers = {
    [deadLetterHeaders.topic]: topicName(topics.events, corner.kafka.topicPrefix),
    [deadLetterHeaders.partition]: partition,
    [deadLetterHeaders.offset]: offset,
  };
  await producer.send({ ...nameless, topic: topics.deadLetters, headers });
  const { accepted, conservation } = await report(corner.kafka, corner.database, timestamp);
  expect(accepted).toBe(2);
  expect(conservation.problems).toEqual([
    expect.stringMatching(
      new RegExp(`^1 events .* for example ${topics.events.name}/2/${placeOf(2).offset}$`),
    ),
  ]);
});
