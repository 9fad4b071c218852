// A sink whose events cannot be taken in says so: readiness, health and the metric of its process name what waits.
import { conversationEscalated, type EventDefinition, leadQualified, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { record } from '@switchboard/ledger/spec-kit';
import { startOnFreePort } from '@switchboard/service';
import { delivered } from '@switchboard/sink';
import { eventually, type Suite, suite } from '@switchboard/testing';
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

test('one of two sinks cannot take events in: the process is not ready until it can again', async () => {
  const accepting = (name: string, definition: unknown) =>
    sinkThat(async () => delivered(), name, [definition as EventDefinition]);
  const sinks = [accepting('well', leadQualified), accepting('stuck', conversationEscalated)];
  const service = await startOnFreePort(sinkService(sinks), {
    ...s.env,
    ENCRYPTION_KEY: '07'.repeat(32),
  });
  ending.push(() => service.stop());
  const producer = new KafkaProducer(s.kafka);
  ending.push(() => producer.close());
  const get = async (path: string) => {
    const answer = await fetch(`${service.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const stalled = async () => /^switchboard_consumer_stalled (.*)$/m.exec((await get('/metrics')).text)?.[1];
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
  const health = JSON.parse((await get('/health')).text);
  expect(health).toMatchObject({
    status: 'degraded',
    details: { webhook_processor: expect.stringMatching(reason) },
  });
  expect(await stalled()).toBe('1');

  await s.database.query('alter table event_body_away rename to event_body');
  await eventually(async () => expect((await get('/health/ready')).status).toBe(200), { deadlineMs: 60_000 });
  expect(await stalled()).toBe('0');
});
