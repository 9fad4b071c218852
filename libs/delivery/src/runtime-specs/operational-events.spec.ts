// Operational events, from the runtime's row in Postgres to the reader of the topic.
import {
  conversationEscalated,
  decodeHeaders,
  deliveryDead,
  type EventDefinition,
  integrationBroken,
  operations,
  topics,
} from '@switchboard/contracts';
import { type InRecord, KafkaProducer, KafkaUnavailableError, readAll } from '@switchboard/kafka';
import { OperationRelay } from '@switchboard/ledger';
import { addIntegration, record, rows, TENANT } from '@switchboard/ledger/spec-kit';
import { broken, delivered, rejected, retry } from '@switchboard/sink';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { quick, runtimeOf, sinkThat } from '../spec-kit.ts';

let s: Suite;
let producer: KafkaProducer;
const logged: string[] = [];
const note = (fields: object, sentence: string) => void logged.push(`${sentence} ${JSON.stringify(fields)}`);
const logger = { debug: note, info: note, warn: note, error: note };
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  s = await suite();
  producer = new KafkaProducer(s.kafka);
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  await s.database.query('truncate operation, delivery, event_body, integrations, integration_state');
});
afterAll(async () => {
  await producer.close();
  await s.end();
});

const write = (count: number, more: { integration?: string; data?: object } = {}) =>
  s.database.query(
    `insert into operation (type, tenant_id, integration_id, sink, data)
     select $1, 'acme', $2, 'probe', $3::jsonb || jsonb_build_object('n', n) from generate_series(1, $4::int) n`,
    [integrationBroken.type, more.integration ?? 'one', JSON.stringify(more.data ?? { reason: 'r' }), count],
  );
const relayBy = (send: Pick<KafkaProducer, 'sendMany'> = producer) =>
  new OperationRelay({ db: s.database, producer: send, logger });
const left = () => relayBy().waiting();
interface OperationalEvent {
  readonly event: string;
  readonly timestamp: string;
  readonly tenant_id: string;
  readonly data: Record<string, unknown>;
}
const bodyOf = ({ value }: InRecord) => JSON.parse(String(value)) as OperationalEvent;
let seen = 0;
/** New records on the topic, in order for each integration. */
async function changes(): Promise<InRecord[]> {
  const all = await readAll(s.kafka, topics.operations);
  const fresh = all.sort((a, b) => a.timestamp - b.timestamp).slice(seen);
  seen = all.length;
  return fresh;
}

test('every operational event of the runtime has a known type, and arrives with a stable id', async () => {
  const at = (name: string, delivery: object) =>
    addIntegration(s.database, name, { config: { url: `http://${name}/` }, delivery });
  await at('ill', {});
  // Fails ten times a second.
  await at('off', { disable_after_seconds: 6 });
  await at('shaky', { retry: { first_seconds: 0.2 }, breaker: { failures: 1, rest_seconds: 0.1 } });
  const calls = { ill: 0, shaky: 0 };
  const sink = sinkThat(async (event, ctx) => {
    if (event.id === 'bad') return rejected('no such thing');
    if (ctx.config.url === 'http://off/') return broken('401 for ever');
    if (ctx.config.url === 'http://ill/') return (calls.ill += 1) === 1 ? broken('401') : delivered();
    return (calls.shaky += 1) === 1 ? retry('503') : delivered();
  });
  const { runtime, take } = runtimeOf(s.database, [sink], { ...quick, holdSeconds: 0.1 });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= runtime.stop(2_000));
  ending.push(stop);
  await take([record('bad'), record('good')]);
  const types = async () =>
    new Set((await s.database.query<{ type: string }>('select type from operation')).map(({ type }) => type));
  await eventually(async () => expect(await types()).toEqual(new Set(operations.map(({ type }) => type))));
  await stop();
  const stored = await s.database.query<{ id: number }>('select id from operation order by id');
  await relayBy().turn();
  expect(await left()).toBe(0);
  const published = await changes();
  expect(published).toHaveLength(stored.length);
  const ids = published.map(({ headers }) => decodeHeaders(headers)?.id);
  expect(new Set(ids)).toEqual(new Set(stored.map(({ id }) => `op-${id}`)));
  for (const one of published) {
    const { event, timestamp, tenant_id, data } = bodyOf(one);
    const definition = operations.find(({ type }) => type === event) as EventDefinition;
    expect(definition.data.parse(data)).toMatchObject({ sink: 'probe', integration_id: String(one.key) });
    expect(decodeHeaders(one.headers)).toMatchObject({
      type: event,
      source: '/sinks/probe',
      tenantId: TENANT,
      time: timestamp,
    });
    expect(tenant_id).toBe(TENANT);
    expect(new Date(one.timestamp).toISOString()).toBe(timestamp);
  }
  const dead = published.map(bodyOf).find(({ event }) => event === deliveryDead.type);
  expect(dead?.data).toMatchObject({ event_id: 'bad', reason: 'no such thing', attempts: 1 });
});

test('all of them arrive, in order for each integration, with any number of processes', async () => {
  await write(150);
  await write(150, { integration: 'two' });
  const relays = [relayBy(), relayBy(), relayBy()];
  await eventually(async () => {
    await Promise.all(relays.map((relay) => relay.turn()));
    expect(await left()).toBe(0);
  });
  const published = await changes();
  expect(published).toHaveLength(300);
  for (const key of ['one', 'two']) {
    const own = published.filter((one) => String(one.key) === key).sort((a, b) => a.offset - b.offset);
    expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
    expect(own.map((one) => bodyOf(one).data['n'])).toEqual(Array.from({ length: 150 }, (_, n) => n + 1));
  }
});

test('no row is deleted before Kafka has it; what Kafka may have is sent again with the same id', async () => {
  await write(3);
  let calls = 0;
  const unsure = relayBy({
    async sendMany(records) {
      calls += 1;
      await producer.sendMany(records);
      throw new KafkaUnavailableError('sending to Kafka: no acknowledgement');
    },
  });
  expect(await unsure.turn()).toBeUndefined();
  expect(await left()).toBe(3);
  // A pause, so that deliveries get the connections.
  await unsure.turn();
  expect(calls).toBe(1);
  expect(logged.join()).toContain('Publishing operational events failed');
  await relayBy().turn();
  expect(await left()).toBe(0);
  const ids = (await changes()).map(({ headers }) => decodeHeaders(headers)?.id);
  expect(ids).toHaveLength(6);
  expect(new Set(ids).size).toBe(3);
});

test('a long reason does not stop the events behind it', async () => {
  await write(1, { data: { reason: 'x'.repeat(3 * 1024 * 1024) } });
  await write(1, { data: { reason: 'short' } });
  await relayBy().turn();
  const reasons = (await changes()).map((one) => String(bodyOf(one).data['reason']).length);
  expect(reasons.sort((a, b) => a - b)).toEqual([5, 2_000]);
});

test('an event that Kafka never accepts is given up and logged with its id, and others are sent', async () => {
  await write(1, { data: { reason: 'before' } });
  // Larger than the topic takes, although each text of it is cut.
  const texts = Array.from({ length: 600 }, (_, i) => [`t${i}`, 'x'.repeat(2_000)]);
  await write(1, { data: Object.fromEntries(texts) });
  await write(1, { data: { reason: 'after' } });
  await relayBy().turn();
  expect(await left()).toBe(0);
  const reasons = (await changes()).map((one) => bodyOf(one).data['reason']);
  expect(reasons.sort()).toEqual(['after', 'before']);
  expect(logged.filter((line) => line.includes('RECORD_TOO_LARGE'))).toHaveLength(1);
});

test('an integration gets no operational events about itself', async () => {
  await addIntegration(s.database, 'one');
  await addIntegration(s.database, 'two', { config: { url: 'http://two/' } });
  const calls: string[] = [];
  const pager = sinkThat(
    async (event, ctx) => {
      calls.push(`${event.data['integration_id']} by ${ctx.config.url}`);
      return delivered();
    },
    'probe',
    [integrationBroken as unknown as EventDefinition],
  );
  const { runtime, take } = runtimeOf(s.database, [pager]);
  ending.push(() => runtime.stop(2_000));
  const data = { ...integrationBroken.example, integration_id: 'one' };
  await take([record('op-1', { type: integrationBroken.type, key: 'one', data })]);
  await eventually(async () => {
    const all = await rows(s.database);
    expect(all.map(({ integration, state, reason }) => [integration, state, reason])).toEqual([
      ['one', 'skipped', 'it is about this integration itself'],
      ['two', 'delivered', null],
    ]);
  });
  expect(calls).toEqual(['one by http://two/']);
});

test('a dead delivery of an operational event causes no operational event: two integrations that reject them would loop for ever', async () => {
  await addIntegration(s.database, 'one');
  await addIntegration(s.database, 'two', { config: { url: 'http://two/' } });
  let late = false;
  const both = [conversationEscalated, integrationBroken] as unknown as EventDefinition[];
  const refusing = sinkThat(
    async () => (late ? retry('later', { after: 3_600 }) : rejected('not taken')),
    'probe',
    both,
  );
  const { runtime, take } = runtimeOf(s.database, [refusing]);
  ending.push(() => runtime.stop(2_000));
  const operation = (id: string) =>
    record(id, {
      type: integrationBroken.type,
      key: id,
      data: { ...integrationBroken.example, integration_id: 'elsewhere' },
    });
  const published = async () =>
    (
      await s.database.query<{ event: string }>(
        `select data->>'event_id' as event from operation order by id`,
      )
    ).map(({ event }) => event);
  await take([operation('op-1'), record('event-1')]);
  await eventually(async () => {
    expect((await rows(s.database)).map(({ state }) => state)).toEqual(['dead', 'dead', 'dead', 'dead']);
  });
  expect(await published()).toEqual(['event-1', 'event-1']);
  late = true;
  await take([operation('op-2'), record('event-2')]);
  await eventually(async () => {
    await runtime.waiting.expire({ maxAgeSeconds: 0, maxParkedSeconds: 0 });
    expect((await rows(s.database)).filter(({ reason }) => reason === 'expired')).toHaveLength(4);
  });
  expect(await published()).toEqual(['event-1', 'event-1', 'event-2', 'event-2']);
});
