// Sinks as a service: real Kafka, ledger, real HTTP, and the endpoints for operators.
import {
  conversationEscalated,
  type EventDefinition,
  integrationRecovered,
  leadQualified,
  topics,
} from '@switchboard/contracts';
import { committedOffsets, KafkaProducer, readAll, topicEnds } from '@switchboard/kafka';
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { startOnFreePort } from '@switchboard/service';
import { byStatus, delivered } from '@switchboard/sink';
import { eventually, httpStub, type Suite, suite } from '@switchboard/testing';
import { sinkService } from './run.ts';
import { sinkThat } from './spec-kit.ts';

let s: Suite;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  s = await suite();
});

afterAll(async () => {
  for (const end of ending.reverse()) await end();
  await s.end();
});

test('hosts two sinks, each with its own topic and group, and ends in order', async () => {
  const stub = await httpStub(() => ({ body: 'ok' }));
  ending.push(stub.close);
  const config = { url: `${stub.url}/in` };
  await addIntegration(s.database, 'one', { sink: 'probe', config });
  await addIntegration(s.database, 'two', { sink: 'second', config });
  const call = (path: string) =>
    sinkThat(
      async (event, ctx) => {
        const reply = await ctx.http.post(`${ctx.config.url}/${path}`, {
          json: { id: event.id },
          endpoint: '/in',
        });
        return reply.status === 200 ? delivered(event.id) : byStatus(reply);
      },
      path,
      (path === 'probe'
        ? [conversationEscalated, integrationRecovered]
        : [leadQualified]) as unknown as EventDefinition[],
    );
  const spec = sinkService([call('probe'), call('second')]);
  const service = await startOnFreePort(spec, {
    ...s.env,
    ENCRYPTION_KEY: '07'.repeat(32),
    EGRESS_ALLOW: '127.0.0.1',
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  ending.push(stop);
  const producer = new KafkaProducer(s.kafka);
  await producer.connect();
  ending.push(() => producer.close());
  const lead = { type: leadQualified.type, data: leadQualified.example };
  const sent = [
    ...Array.from({ length: 50 }, (_, i) => ({
      ...record(`e${i}`, { key: `k${i % 5}` }),
      topic: topics.escalations,
    })),
    ...Array.from({ length: 50 }, (_, i) => ({ ...record(`l${i}`, lead), topic: topics.leads })),
  ].map(({ partition: _partition, offset: _offset, ...rest }) => rest);
  await producer.sendMany([...sent, ...sent.slice(0, 10)]);
  await producer.sendMany([
    { ...record('poison', lead), topic: topics.leads, key: 'poison', value: Buffer.from('no') },
  ]);
  await eventually(async () => {
    const all = await rows(s.database);
    expect(all.filter(({ state }) => state === 'delivered')).toHaveLength(100);
  });
  const paths = stub.requests.map(({ path }) => path);
  expect(paths.filter((path) => path === '/in/probe')).toHaveLength(50);
  expect(paths.filter((path) => path === '/in/second')).toHaveLength(50);
  expect(new Set(stub.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(100);
  const metrics = await eventually(async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain(
      'switchboard_deliveries_total{sink="probe",event_type="conversation.escalated",outcome="delivered"} 50',
    );
    expect(text).toContain('switchboard_dead_letters_total{stage="sink-second",code="EVENT_NOT_JSON"} 1');
    return text;
  });
  expect(metrics).toContain('switchboard_accepted_to_effect_seconds_count{sink="second"} 50');
  expect(metrics).toContain(
    'helpninja_api_call_duration_seconds_count{method="POST",endpoint="probe/in",status_code="200"} 50',
  );
  await s.database.query(
    `insert into operation (type, tenant_id, integration_id, sink, data)
     values ($1, 'acme', 'one', 'probe', '{}'), ($1, 'acme', 'two', 'second', '{}')`,
    [integrationRecovered.type],
  );
  await eventually(async () => {
    const keys = (await readAll(s.kafka, topics.operations)).map(({ key }) => String(key));
    expect(keys.sort()).toEqual(['one', 'two']);
    expect(await s.database.query('select 1 from operation')).toEqual([]);
  });
  // Sent through another integration, never through the one that it is about.
  await eventually(async () => {
    const published = await s.database.query(
      `select ordering_key as about, integration_id as through, state from delivery where event_type = $1 order by 1`,
      [integrationRecovered.type],
    );
    expect(published).toEqual([
      { about: 'one', through: 'one', state: 'skipped' },
      { about: 'two', through: 'one', state: 'delivered' },
    ]);
  });
  expect(metrics).toContain('switchboard_operations_waiting 0');
  for (const path of ['live', 'ready'])
    expect((await fetch(`${service.url}/health/${path}`)).status).toBe(200);
  await stop();
  for (const [group, topic] of [
    ['sink-probe', topics.escalations],
    ['sink-probe', topics.operations],
    ['sink-second', topics.leads],
  ] as const) {
    const ends = (await topicEnds(s.kafka, topic)).filter(({ high }) => high > 0);
    const committed = await committedOffsets(s.kafka, group, topic);
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.map(({ partition }) => committed.get(partition))).toEqual(ends.map(({ high }) => high));
  }
  expect(await s.database.query('select * from sink_instance')).toEqual([]);
});

test('an address that is not public is called only when EGRESS_ALLOW has it', async () => {
  const stub = await httpStub(() => ({ body: 'ok' }));
  ending.push(stub.close);
  await addIntegration(s.database, 'inside', { sink: 'guarded', config: { url: stub.url } });
  const sink = sinkThat(async (_event, ctx) => byStatus(await ctx.http.post(ctx.config.url)), 'guarded');
  const key = '07'.repeat(32);
  const service = await startOnFreePort(sinkService([sink]), { ...s.env, ENCRYPTION_KEY: key });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  ending.push(stop);
  await eventually(async () => {
    expect(await s.database.query('select status, reason from integration_state')).toEqual([
      { status: 'broken', reason: expect.stringContaining('the URL must begin with https:') },
    ]);
  });
  expect(stub.requests).toEqual([]);
  await stop();
  const { EGRESS_ALLOW: allow } = sinkService([sink]).settings;
  expect(allow.safeParse('10.0.0.0/8, crm.internal:8443').success).toBe(true);
  expect(allow.safeParse('10.0.0.1/8').error?.issues[0]?.message).toContain(
    'the network begins at 10.0.0.0/8',
  );
});

test('two sinks with the same name stop the start', () => {
  const twin = sinkThat(async () => delivered());
  expect(() => sinkService([twin, twin])).toThrow(RangeError);
});
