// A consumer that stands still is seen in health: not ready after a minute, not alive after three.
import { done, type KafkaConsumer, type Outcome } from '../index.ts';
import { eventually, recordingObserver, type TestBroker, testBroker } from '../test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

/** What the consumer says of itself when so much more time has passed; nothing else runs meanwhile. */
function after(seconds: number, consumer: KafkaConsumer): { alive: string; good: string } {
  const { now } = performance;
  const then = performance.now() + seconds * 1000;
  performance.now = () => then;
  try {
    const { alive, reason } = consumer.liveness();
    const progress = consumer.progress();
    return { alive: alive ? 'yes' : reason, good: progress.good ? 'yes' : progress.reason };
  } finally {
    performance.now = now;
  }
}

const well = { alive: 'yes', good: 'yes' };

test('a handler that hangs: not good after a minute, not alive after three, and well once it has ended', async () => {
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
  // Told in the same turn in which it is noticed that there is something to do.
  await eventually(() => expect(observer.told).toContainEqual(['lag', 'hangs', 0, 2]));
  expect(after(30, consumer)).toEqual(well);
  const stands = /^no record was finished for \d+ s although some wait$/;
  expect(after(70, consumer)).toEqual({ alive: 'yes', good: expect.stringMatching(stands) });
  expect(after(190, consumer)).toMatchObject({ alive: expect.stringMatching(/^a handler has been running/) });
  open();
  await eventually(() => expect(after(80, consumer)).toEqual(well));
});

test('a consumer that has nothing to do is well, however long', async () => {
  const topic = await broker.topic('idle', { partitions: 1 });
  await broker.fill(topic, 1);
  const handle = async (): Promise<Outcome> => done();
  const consumer = broker.consumer([{ kind: 'record', topic, handle }], { group: 'idle' });
  await broker.committed(topic, 'idle');
  await eventually(() => expect(after(80, consumer)).toEqual(well));
});

test('a Kafka client that has given no sign of life for a minute and a half is not alive', async () => {
  const topic = await broker.topic('silent', { partitions: 1 });
  const handle = async (): Promise<Outcome> => done();
  const consumer = broker.consumer([{ kind: 'record', topic, handle }], { group: 'silent' });
  expect(after(100, consumer)).toMatchObject({
    alive: expect.stringMatching(/^the consumer has not turned/),
  });
});
