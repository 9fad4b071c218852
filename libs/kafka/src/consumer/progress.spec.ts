// Health shows a consumer that makes no progress: not ready after a minute, not alive after three.
import { InfrastructureError } from '@switchboard/contracts';
import { done, type InRecord, type KafkaConsumer, type Outcome } from '../index.ts';
import { allDone, eventually, recordingObserver, type TestBroker, testBroker } from '../test-broker.ts';
import { type KafkaProxy, startKafkaProxy } from '../test-proxy.ts';

let broker: TestBroker;
let proxy: KafkaProxy;
beforeAll(async () => {
  broker = await testBroker();
  proxy = await startKafkaProxy(broker.port);
});
afterAll(async () => {
  await broker.close();
  await proxy.close();
});

/** Moves the clock of this process forward. */
const clock = { now: performance.now.bind(performance), ahead: 0 };
function pass(seconds: number): void {
  clock.ahead += seconds * 1000;
  performance.now = () => clock.now() + clock.ahead;
}
afterEach(() => {
  clock.ahead = 0;
  performance.now = clock.now;
});

/** The consumer's health. */
function stateOf(consumer: KafkaConsumer): { alive: string; good: string } {
  const { alive, reason } = consumer.liveness();
  const progress = consumer.progress();
  return { alive: alive ? 'yes' : reason, good: progress.good ? 'yes' : progress.reason };
}

const well = { alive: 'yes', good: 'yes' };
const notGood = (reason: RegExp) => ({ good: false, reason: expect.stringMatching(reason) });

test('a hanging handler: not ready after a minute, not alive after three, healthy once it has ended', async () => {
  const topic = await broker.topic('hangs', { partitions: 1 });
  await broker.fill(topic, 2);
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const handle = async (): Promise<Outcome> => {
    await gate;
    return done();
  };
  const observer = recordingObserver();
  const consumer = broker.consumer([{ kind: 'record', topic, handle }], { group: 'hangs', observer });
  // The lag is reported in the same turn that notices waiting records.
  await eventually(() => expect(observer.calls).toContainEqual(['lag', 'hangs', 0, 2]));
  pass(30);
  await eventually(() => expect(stateOf(consumer)).toEqual(well));
  pass(40);
  const stands = /^no record was finished for \d+ s although records are waiting$/;
  await eventually(() =>
    expect(stateOf(consumer)).toEqual({ alive: 'yes', good: expect.stringMatching(stands) }),
  );
  pass(120);
  expect(stateOf(consumer)).toMatchObject({ alive: expect.stringMatching(/^a handler has been running/) });
  open();
  await eventually(() => expect(stateOf(consumer)).toEqual(well));
});

test('a paused record is reported as long as it is paused, though another of its partition goes on', async () => {
  const topic = await broker.topic('waits', { partitions: 1 });
  await broker.fill(topic, 2);
  const tried: number[] = [];
  const through = new Set<number>();
  const handle = async ({ offset }: InRecord): Promise<Outcome> => {
    tried.push(offset);
    if (!through.has(offset)) throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'away');
    return done();
  };
  const consumer = broker.consumer([{ kind: 'record', topic, handle }], { group: 'waits' });
  await eventually(() => expect(new Set(tried)).toEqual(new Set([0, 1])));
  pass(8);
  through.add(1);
  const ends = tried.length;
  await eventually(() => expect(tried.slice(ends)).toContain(1));
  const again = tried.length;
  await eventually(() => expect(tried.slice(again)).toContain(0));
  pass(8);
  const waits = /^partition 0 of \S+ has been paused for \d+ s: POSTGRES_UNAVAILABLE$/;
  expect(stateOf(consumer)).toEqual({ alive: 'yes', good: expect.stringMatching(waits) });
  through.add(0);
  await eventually(() => expect(stateOf(consumer)).toEqual(well));
});

test('a broker that answers everything but fetches: not ready after a minute', async () => {
  const topic = await broker.topic('unread', { partitions: 1 });
  await broker.fill(topic, 1);
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], {
    group: 'unread',
    settings: { ...broker.settings, brokers: [proxy.address] },
  });
  await broker.committed(topic, 'unread');
  proxy.behave('no-fetches');
  pass(70);
  const silent = /^broker \d+ has answered no fetch for \d+ s$/;
  await eventually(() =>
    expect(stateOf(consumer)).toEqual({ alive: 'yes', good: expect.stringMatching(silent) }),
  );
  proxy.behave('away');
  proxy.behave('normal');
  await eventually(() => expect(stateOf(consumer)).toEqual(well), 60_000);
});

test('a consumer that cannot join its group: not ready after a minute, well once it has joined', async () => {
  const topic = await broker.topic('outside', { partitions: 1 });
  await broker.fill(topic, 1);
  proxy.behave('no-coordinator');
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], {
    group: 'outside',
    settings: { ...broker.settings, brokers: [proxy.address] },
  });
  expect(stateOf(consumer)).toEqual(well);
  pass(70);
  const outside = /^the consumer has not been a member of its group outside for \d+ s/;
  await eventually(() => expect(consumer.progress()).toEqual(notGood(outside)));
  proxy.behave('normal');
  await broker.committed(topic, 'outside');
  expect(consumer.progress()).toEqual({ good: true, reason: 'records are processed' });
});

test('a consumer that lost its group and cannot come back: not ready after a minute', async () => {
  const topic = await broker.topic('lost', { partitions: 1 });
  await broker.fill(topic, 1);
  const observer = recordingObserver();
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], {
    group: 'lost',
    settings: { ...broker.settings, brokers: [proxy.address] },
    observer,
  });
  await broker.committed(topic, 'lost');
  proxy.behave('away');
  await eventually(() => expect(observer.calls).toContainEqual(['consumerEvent', 'crash']), 60_000);
  proxy.behave('no-coordinator');
  pass(70);
  const outside = /^the consumer has not been a member of its group lost for \d+ s: \S/;
  await eventually(() => expect(consumer.progress()).toEqual(notGood(outside)));
  proxy.behave('normal');
  await eventually(() => expect(consumer.progress().good).toBe(true), 60_000);
});

test('a topic that does not exist: not ready after a minute, and the reason names it', async () => {
  const topic = { ...(await broker.topic('exists')), name: 'missing' };
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], { group: 'missing' });
  pass(70);
  const missing =
    /^the consumer has not been a member of its group missing for \d+ s: subscribing to \S+missing: /;
  await eventually(() => expect(consumer.progress()).toEqual(notGood(missing)));
});

test('an idle consumer stays healthy', async () => {
  const topic = await broker.topic('idle', { partitions: 1 });
  await broker.fill(topic, 1);
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], { group: 'idle' });
  await broker.committed(topic, 'idle');
  for (let minute = 0; minute < 3; minute += 1) {
    pass(80);
    await eventually(() => expect(stateOf(consumer)).toEqual(well));
  }
});

test('a Kafka client that has given no sign of life for a minute and a half is not alive', async () => {
  const topic = await broker.topic('silent', { partitions: 1 });
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], { group: 'silent' });
  pass(100);
  expect(stateOf(consumer)).toMatchObject({
    alive: expect.stringMatching(/^the consumer has shown no sign of life/),
  });
});
