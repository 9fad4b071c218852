// Poison on the topics: each is a dead letter with its headers, everything else is delivered, and nobody falls behind.
import { randomBytes } from 'node:crypto';
import {
  deadLetterHeaders,
  encodeHeaders,
  headerText,
  type RawHeaders,
  type Topic,
  topics,
} from '@switchboard/contracts';
import { done, type InRecord, KafkaConsumer, KafkaProducer } from '@switchboard/kafka';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { makePosts, postAll } from '../../load/posts.ts';
import { acceptedOf, deliveries, idsOn, recordsOn, wantedOn } from '../rig/readings.ts';
import { lagOf, readers } from '../rig/groups.ts';
import { startSystem, type System } from '../rig/system.ts';

let corner: Suite;
let system: System;
let producer: KafkaProducer;

beforeAll(async () => {
  corner = await suite();
  system = await startSystem(corner);
  producer = new KafkaProducer(corner.kafka);
});
afterAll(async () => {
  await producer.close();
  await system.stop();
  await corner.end();
});

const headers = (type = 'lead.qualified'): RawHeaders =>
  encodeHeaders({
    id: randomBytes(16).toString('hex'),
    type,
    source: '/webhooks/helpninja',
    tenantId: system.tenant,
  });
const put = (topic: Topic, value: Buffer | null, given: RawHeaders) =>
  producer.send({ topic, key: randomBytes(4).toString('hex'), value, headers: given });

test('poison goes to the dead letters, the rest arrives, lag is back to 0', async () => {
  const posting = postAll(system.ingest, makePosts(500, system.tenant, system.secret));
  const notJson = Buffer.from('{"event": oops');
  const large = Buffer.from(
    JSON.stringify({ event: 'lead.qualified', data: { text: 'x'.repeat(900 * 1024) } }),
  );
  const poison: [Topic, Buffer | null, RawHeaders, string][] = [
    [topics.events, notJson, headers(), 'EVENT_NOT_JSON'],
    [topics.events, Buffer.from('{"event":"x","data":{}}'), {}, 'HEADERS_MISSING'],
    [topics.events, large, headers(), 'RECORD_TOO_LARGE'],
    [topics.events, null, headers(), 'VALUE_MISSING'],
    [topics.enriched, large, headers(), 'RECORD_TOO_LARGE'],
    [topics.enriched, notJson, {}, 'HEADERS_MISSING'],
    [topics.leads, notJson, headers(), 'EVENT_NOT_JSON'],
  ];
  for (const [topic, value, given] of poison) await put(topic, value, given);
  const accepted = acceptedOf(await posting);
  const effects = wantedOn(accepted, topics.leads).size + wantedOn(accepted, topics.escalations).size;
  await eventually(
    async () =>
      expect((await deliveries(corner)).filter(({ state }) => state === 'delivered')).toHaveLength(effects),
    { deadlineMs: 60_000, everyMs: 200 },
  );
  for (const topic of [topics.conversations, topics.escalations])
    expect(await idsOn(corner, topic)).toEqual(wantedOn(accepted, topic));
  await eventually(async () => {
    const dead = await recordsOn(corner, topics.deadLetters);
    for (const [topic, value, , code] of poison) {
      const found = dead.filter(
        (record) => codeOf(record) === code && originOf(record) === corner.kafka.topicPrefix + topic.name,
      );
      expect(found.length).toBeGreaterThan(0);
      if (value !== null) expect(found.some((record) => record.value?.equals(value))).toBe(true);
    }
    for (const record of dead) {
      for (const name of Object.values(deadLetterHeaders))
        expect(headerText(record.headers, name)).toBeDefined();
    }
  });
  await noLag();
});

test('a handler that throws a TypeError for some: attempts, a dead letter for each of them, and the reader goes on', async () => {
  const seen: string[] = [];
  const consumer = new KafkaConsumer(
    { settings: corner.kafka, group: 'thrower', stage: 'thrower', producer, onFatal: fail },
    [
      {
        kind: 'record',
        topic: topics.conversations,
        handle: async (record) => {
          const { data } = JSON.parse(String(record.value)) as { data: { number: number } };
          if (data.number % 10 === 0) (undefined as unknown as { x: () => void }).x();
          seen.push(String(data.number));
          return done();
        },
      },
    ],
  );
  consumer.start();
  const all = await recordsOn(corner, topics.conversations);
  const poisoned = all.filter((record) => JSON.parse(String(record.value)).data.number % 10 === 0);
  expect(poisoned.length).toBeGreaterThan(3);
  await eventually(async () => {
    // Others that are handled show whose fault it is.
    await put(topics.conversations, Buffer.from('{"data":{"number":1}}'), headers());
    expect(seen.length).toBeGreaterThanOrEqual(all.length - poisoned.length);
    const dead = (await recordsOn(corner, topics.deadLetters)).filter(
      (record) => headerText(record.headers, deadLetterHeaders.stage) === 'thrower',
    );
    expect(dead).toHaveLength(poisoned.length);
    for (const record of dead) {
      const attempts = Number(headerText(record.headers, deadLetterHeaders.attempts));
      expect(attempts).toBeGreaterThanOrEqual(3);
    }
    expect(new Set(dead.map(codeOf))).toEqual(new Set(['HANDLER_FAILED']));
  });
  await consumer.drain();
});

const codeOf = (record: InRecord) => headerText(record.headers, deadLetterHeaders.errorCode);
const originOf = (record: InRecord) => headerText(record.headers, deadLetterHeaders.topic);

function fail(error: Error): never {
  throw error;
}

async function noLag(): Promise<void> {
  await eventually(async () => {
    for (const [group, topic] of readers)
      expect([group, await lagOf(corner, group, topic)]).toEqual([group, 0]);
  });
}
