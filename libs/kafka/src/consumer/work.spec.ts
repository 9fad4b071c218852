import { encodeHeaders, topics } from '@switchboard/contracts';
import { done, type InRecord, KafkaProducer, type Outcome } from '../index.ts';
import { Attempts } from './attempts.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { unobserved } from './observer.ts';
import { type Handler, workFor } from './work.ts';

const topic = topics.events;
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const settings = { brokers: ['127.0.0.1:1'], clientId: 'spec', topicPrefix: '', logger: silent };
const headers = encodeHeaders({ id: '1', type: 't', source: '/s', tenantId: 'acme' });
const record = (offset: number): InRecord => ({
  topic,
  partition: 0,
  offset,
  key: Buffer.from('k'),
  value: Buffer.from('x'),
  headers,
  timestamp: 0,
});
const fetched = (from: number, next: number) => ({
  from,
  next,
  highWatermark: next,
  records: Array.from({ length: next - from }, (_, i) => record(from + i)),
});

test.each(['records', 'record'] as const)(
  'a partition lost and got back (%s handler): nothing begins before what still runs has ended',
  async (kind) => {
    const lanes = new Lanes(new Map([[topic.name, topic]]), () => undefined);
    const calls: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const one = async ({ offset }: InRecord): Promise<Outcome> => {
      calls.push(`begins ${offset}`);
      await gate;
      calls.push(`ends ${offset}`);
      return done();
    };
    const handler: Handler =
      kind === 'record'
        ? { kind, topic, handle: one }
        : { kind, topic, maxRecords: 1, handle: (records) => Promise.all(records.map(one)) };
    const producer = new KafkaProducer(settings);
    const attempts = new Attempts({
      stage: 's',
      group: 'g',
      maxAttempts: 3,
      producer,
      observer: unobserved,
      logger: silent,
    });
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const onProgress = (lane: Lane): void => {
      if (!lane.lost && lane.committable === 3) finish();
    };
    const onFatal = (error: Error): void => {
      throw error;
    };
    const work = workFor(handler, { attempts, observer: unobserved, onProgress, onFatal });
    const get = (from: number): void => {
      for (const lane of lanes.assign('member', { [topic.name]: [0] })) {
        lane.accept(fetched(from, 3));
        work.wake(lane);
      }
    };
    get(0);
    await new Promise(setImmediate);
    expect(calls).toEqual(['begins 0']);
    lanes.assign('member', {});
    get(0);
    await new Promise(setImmediate);
    expect(calls).toEqual(['begins 0']);
    open();
    await finished;
    const each = [0, 1, 2].flatMap((offset) => [`begins ${offset}`, `ends ${offset}`]);
    expect(calls).toEqual(['begins 0', 'ends 0', ...each]);
    await producer.close(0);
  },
);
