// Records that a service could not process, on a real topic: indexed once, shown without their body, replayed unchanged, and
// dead until Kafka has acknowledged the replay.
import { encodeHeaders, leadQualified, type RawHeaders, topics } from '@switchboard/contracts';
import { dead, type InRecord, KafkaConsumer, KafkaProducer, readAll } from '@switchboard/kafka';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { parseId } from './dead-letter.ts';
import { indexDeadRecords } from './dead-letter-index.ts';
import { discardDeadLetters } from './discard-dead-letters.ts';
import { dryRunReplay } from './dry-run-replay.ts';
import { editDeadLetter } from './edit-dead-letter.ts';
import { replayDeadLetters } from './replay-dead-letters.ts';
import { type DeadLetter, searchDeadLetters } from './search-dead-letters.ts';
import { showDeadLetter } from './show-dead-letter.ts';
import { actions, actor } from './test-dead-letters.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let corner: Suite;
let producer: KafkaProducer;
beforeEach(async () => {
  corner = await suite();
  producer = new KafkaProducer(corner.kafka);
});
afterEach(async () => {
  await producer.close();
  await corner.end();
});

const everything = { filter: {} };
const replay = (force = false) =>
  replayDeadLetters(corner.database, { producer, topicPrefix: corner.kafka.topicPrefix }, everything, {
    actor,
    force,
  });
const list = async () => (await searchDeadLetters(corner.database, {}, { limit: 100 })).letters;

interface Sent {
  readonly value?: Buffer | null;
  readonly headers?: RawHeaders;
  readonly timestamp?: number;
  readonly partition?: number;
}

const event = (id: string, more: Sent = {}) => ({
  topic: topics.events,
  partition: more.partition ?? 5,
  key: Buffer.from([0, 255, 7]),
  value: more.value === undefined ? Buffer.from(`{"event":"${leadQualified.type}","data":{}}`) : more.value,
  headers: {
    ...encodeHeaders({ id, type: leadQualified.type, source: '/webhooks/helpninja', tenantId: 'acme' }),
    ...more.headers,
  },
  timestamp: more.timestamp ?? Date.now() - 1000,
});

/** Sends records that a service makes dead letters. Returns the records of the dead-letter topic. */
async function bury(...sent: ReturnType<typeof event>[]): Promise<InRecord[]> {
  await producer.sendMany(sent);
  const consumer = new KafkaConsumer(
    {
      settings: corner.kafka,
      group: 'enricher',
      stage: 'enricher',
      producer,
      onFatal: (error) => {
        throw error;
      },
    },
    [
      {
        kind: 'records',
        topic: topics.events,
        handle: async (records) => records.map(() => dead('NOT_ENRICHED', 'no')),
      },
    ],
  );
  consumer.start();
  const letters = await eventually(async () => {
    const found = await readAll(corner.kafka, topics.deadLetters);
    expect(found).toHaveLength(sent.length);
    return found;
  });
  await consumer.drain();
  return letters;
}

const bare = ({ topic, partition, key, value, headers, timestamp }: InRecord) => ({
  topic,
  partition,
  key,
  value,
  headers: { ...headers },
  timestamp,
});

test('a record is indexed once however often it is read, and is replayed unchanged', async () => {
  const headers = { blob: Buffer.from([0, 128, 255]), twice: ['a', 'b'], none: undefined, ['n\0ul']: 'x' };
  const letters = await bury(event('e1', { headers: headers as RawHeaders }), event('e2', { value: null }));
  await indexDeadRecords(corner.database, letters, quiet);
  await indexDeadRecords(corner.database, [...letters, ...letters], quiet);
  const byEvent = (a: DeadLetter, b: DeadLetter) => String(a.eventId).localeCompare(String(b.eventId));
  expect((await list()).sort(byEvent)).toMatchObject(
    ['e1', 'e2'].map((eventId) => ({
      id: expect.stringMatching(/^k-5-[01]$/),
      stage: 'enricher',
      tenantId: 'acme',
      integrationId: null,
      eventType: leadQualified.type,
      eventId,
      attempts: eventId === 'e1' ? 1 : 0,
      reason: eventId === 'e1' ? 'NOT_ENRICHED' : 'VALUE_MISSING',
    })),
  );
  const before = await readAll(corner.kafka, topics.events);
  expect(await replay()).toMatchObject({ records: { done: 2, tooOld: 0, unknownTopic: 0, refused: 0 } });
  const after = await readAll(corner.kafka, topics.events);
  expect(after).toHaveLength(4);
  expect(after.slice(2).map(bare)).toEqual(expect.arrayContaining(before.map(bare)));
  expect(await list()).toEqual([]);
  expect(await replay()).toMatchObject({ records: { done: 0 } });
  expect(await actions(corner.database)).toMatchObject([
    { verb: 'replay', records: 2, failed: 0, finished: true },
    { records: 0, finished: true },
  ]);
});

test('a record that Kafka refuses for good stays dead, and those behind it are replayed', async () => {
  await indexDeadRecords(corner.database, await bury(event('e1'), event('e2'), event('e3')), quiet);
  // A broker refuses a record whose timestamp is so far in the future.
  await corner.database.query(
    `update dead_record set timestamp_ms = timestamp_ms + 864000000
     from dead_letter l where l.event_id = 'e1' and (l.letter_partition, l.letter_offset) =
       (dead_record.letter_partition, dead_record.letter_offset)`,
  );
  const { records } = await replay();
  expect(records).toEqual({ done: 2, tooOld: 0, unknownTopic: 0, refused: 1 });
  expect((await list()).map(({ eventId }) => eventId)).toEqual(['e1']);
});

test('shows where a record comes from; other headers and the body only when asked', async () => {
  const headers = { note: 'mari@example.com' };
  await indexDeadRecords(corner.database, await bury(event('e1', { headers })), quiet);
  const [{ id } = { id: '' }] = await list();
  const shown = await showDeadLetter(corner.database, parseId(id), { body: false });
  expect(shown).toMatchObject({
    kind: 'record',
    group: 'enricher',
    origin: { topic: `${corner.kafka.topicPrefix}${topics.events.name}`, partition: 5, offset: 0 },
    settled: { state: 'dead', actor: null },
    edited: false,
    headers: { ce_id: 'e1', ce_tenantid: 'acme' },
  });
  expect(shown).not.toHaveProperty('body');
  expect(shown).not.toHaveProperty('headers.note');
  expect(await showDeadLetter(corner.database, parseId(id), { body: true })).toMatchObject({
    headers,
    body: event('e1').value,
  });
  expect(await showDeadLetter(corner.database, parseId('k-5-99'), { body: false })).toBeUndefined();
});

test('an edited record is replayed with its new value', async () => {
  await indexDeadRecords(corner.database, await bury(event('e1')), quiet);
  const [{ id } = { id: '' }] = await list();
  const body = Buffer.from(JSON.stringify({ event: leadQualified.type, data: leadQualified.example }));
  await editDeadLetter(corner.database, parseId(id), body, { actor });
  expect(await dryRunReplay(corner.database, everything, { actor })).toEqual({
    deliveries: 0,
    records: 1,
    firstDeliveries: [],
    firstRecords: [
      { id, topic: `${corner.kafka.topicPrefix}${topics.events.name}`, partition: 5, bytes: body.length },
    ],
  });
  expect(await list()).toHaveLength(1);
  await replay();
  expect((await readAll(corner.kafka, topics.events)).at(-1)?.value).toEqual(body);
});

test('a record is dead until Kafka has acknowledged it', async () => {
  await indexDeadRecords(corner.database, await bury(event('e1'), event('e2', { partition: 6 })), quiet);
  const away = new KafkaProducer({ ...corner.kafka, brokers: ['127.0.0.1:1'] }, { deadlineMs: 300 });
  const out = { producer: away, topicPrefix: corner.kafka.topicPrefix };
  const { records } = await replayDeadLetters(corner.database, out, everything, { actor });
  await away.close();
  expect(records).toMatchObject({ done: 0, error: expect.objectContaining({ code: 'KAFKA_UNAVAILABLE' }) });
  expect(await list()).toHaveLength(2);
  // Kafka takes one of the two.
  const half = {
    send: (one: Parameters<KafkaProducer['send']>[0]) =>
      one.partition === 6 ? Promise.reject(records.error as Error) : producer.send(one),
  };
  const partly = await replayDeadLetters(corner.database, { ...out, producer: half }, everything, { actor });
  expect(partly.records).toMatchObject({ done: 1, error: expect.anything() });
  expect(await list()).toMatchObject([{ eventId: 'e2' }]);
  expect(await actions(corner.database)).toMatchObject([
    { records: 0, finished: false },
    { records: 1, finished: false },
  ]);
  expect(await replay()).toMatchObject({ records: { done: 1 } });
  const ids = (await readAll(corner.kafka, topics.events)).map(({ headers }) => String(headers['ce_id']));
  expect(ids.sort()).toEqual(['e1', 'e1', 'e2', 'e2']);
});

test('a very old record is replayed only by force, one of an unknown topic never', async () => {
  const old = event('old', { timestamp: Date.now() - 30 * DAY_MS });
  const letters = await bury(event('lost'), old);
  await indexDeadRecords(corner.database, letters, quiet);
  await corner.database.query(`update dead_record set origin_topic = 'elsewhere' where letter_offset = 0`);
  expect(await replay()).toMatchObject({ records: { done: 0, tooOld: 1, unknownTopic: 1 } });
  expect(await list()).toHaveLength(2);
  expect(await replay(true)).toMatchObject({ records: { done: 1, tooOld: 0, unknownTopic: 1 } });
  expect(await actions(corner.database)).toMatchObject([{ failed: 2 }, { records: 1, failed: 1 }]);
  const discarded = await discardDeadLetters(corner.database, everything, { actor, reason: 'not ours' });
  expect(discarded).toMatchObject({ deliveries: { done: 0 }, records: 1 });
  expect(await list()).toEqual([]);
});

test('more records than fit in a batch are replayed in order', async () => {
  const sent = Array.from({ length: 450 }, (_, n) => event(`e${n}`, { partition: 7 }));
  await indexDeadRecords(corner.database, await bury(...sent), quiet);
  expect(await replay()).toMatchObject({ records: { done: 450 } });
  const back = (await readAll(corner.kafka, topics.events)).slice(450);
  expect(back.map(({ headers }) => String(headers['ce_id']))).toEqual(sent.map((_, n) => `e${n}`));
});
