// A sink whose events cannot be taken in or delivered says so: readiness, health and the metric of its process name what
// waits or fails.
import { conversationEscalated, type EventDefinition, leadQualified, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { record } from '@switchboard/ledger/spec-kit';
import { startOnFreePort } from '@switchboard/service';
import { delivered, type Sink } from '@switchboard/sink';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { sinkService } from './run.ts';
import { sinkThat } from './spec-kit.ts';
import type { Timing } from './timing.ts';

let s: Suite;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  s = await suite();
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
afterAll(() => s.end());

const accepting = (name: string, definition: unknown) =>
  sinkThat(async () => delivered(), name, [definition as EventDefinition]);

/** Starts a process that hosts these sinks. */
async function startHost(sinks: Sink[], timing?: Partial<Timing>) {
  const service = await startOnFreePort(sinkService(sinks, timing), {
    ...s.env,
    ENCRYPTION_KEY: '07'.repeat(32),
  });
  ending.push(() => service.stop());
  const get = async (path: string) => {
    const answer = await fetch(`${service.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    get,
    health: async () => JSON.parse((await get('/health')).text),
    stalled: async () => /^switchboard_consumer_stalled (.*)$/m.exec((await get('/metrics')).text)?.[1],
  };
}

test('one of two sinks cannot take events in: the process is not ready until it can again', async () => {
  const sinks = [accepting('well', leadQualified), accepting('stuck', conversationEscalated)];
  const { get, health, stalled } = await startHost(sinks);
  const producer = new KafkaProducer(s.kafka);
  ending.push(() => producer.close());
  expect(await get('/health/ready')).toMatchObject({ status: 200 });
  expect(await stalled()).toBe('0');

  // Intake fails, and nothing else: the health check asks Postgres for other things.
  await s.database.query('alter table event_body rename to event_body_away');
  const { partition: _partition, offset: _offset, ...event } = record('first', { key: 'k' });
  await producer.send({ ...event, topic: topics.escalations });

  const reason = /sink-stuck: partition \d+ of \S+escalations has been paused for \d+ s: [A-Z_]+/;
  await eventually(
    async () => {
      const ready = await get('/health/ready');
      expect(ready.status).toBe(503);
      expect(ready.text).toMatch(reason);
    },
    { deadlineMs: 60_000 },
  );
  expect((await get('/health/live')).status).toBe(200);
  expect(await health()).toMatchObject({
    status: 'degraded',
    details: { webhook_processor: expect.stringMatching(reason) },
  });
  expect(await stalled()).toBe('1');

  await s.database.query('alter table event_body_away rename to event_body');
  await eventually(async () => expect((await get('/health/ready')).status).toBe(200), { deadlineMs: 60_000 });
  expect(await stalled()).toBe('0');
});

test('a loop that delivering needs always fails: the process is not ready until the loop works again', async () => {
  const { get, health, stalled } = await startHost([accepting('well', leadQualified)], {
    loopTroubleMs: 3_000,
  });
  await eventually(async () => expect(await health()).toMatchObject({ status: 'healthy' }));

  // Ownership reads the integrations. Heartbeats go on, so no other process takes over.
  await s.database.query('alter table integrations rename to integrations_away');
  const reason = /^the loop "ownership" has failed for \d+ s: POSTGRES_UNAVAILABLE$/;
  await eventually(
    async () => {
      const ready = await get('/health/ready');
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.text).details.ready.reason).toMatch(reason);
    },
    { deadlineMs: 30_000 },
  );
  expect((await get('/health/live')).status).toBe(200);
  expect(await health()).toMatchObject({
    status: 'degraded',
    details: { webhook_processor: expect.stringMatching(reason) },
  });
  expect(await stalled()).toBe('1');

  await s.database.query('alter table integrations_away rename to integrations');
  await eventually(async () => expect((await get('/health/ready')).status).toBe(200), { deadlineMs: 30_000 });
  expect(await stalled()).toBe('0');
  expect(await health()).toMatchObject({ status: 'healthy', details: { integrations_rejecting: 0 } });
});

test('another loop always fails: health is degraded and names it, and the process stays ready', async () => {
  const { get, health } = await startHost([accepting('well', leadQualified)], { loopTroubleMs: 3_000 });
  await eventually(async () => expect(await health()).toMatchObject({ status: 'healthy' }));
  for (const table of ['sink_job', 'operation'])
    await s.database.query(`alter table ${table} rename to ${table}_away`);
  await eventually(
    async () =>
      expect(await health()).toMatchObject({
        status: 'degraded',
        integrations: { webhook_processor: 'running' },
        details: {
          failing_loops: expect.stringMatching(/"jobs" has failed .*; the loop "operations" has failed/),
        },
      }),
    { deadlineMs: 30_000 },
  );
  expect((await get('/health/ready')).status).toBe(200);
  for (const table of ['sink_job', 'operation'])
    await s.database.query(`alter table ${table}_away rename to ${table}`);
  await eventually(async () => expect(await health()).toMatchObject({ status: 'healthy' }), {
    deadlineMs: 30_000,
  });
});
