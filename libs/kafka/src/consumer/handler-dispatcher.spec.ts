import { encodeHeaders, topics } from '@switchboard/contracts';
import { done, type InRecord, KafkaProducer, type Outcome } from '../index.ts';
import { RecordProcessor } from './record-processor.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import { AssignedPartitions } from './assigned-partitions.ts';
import { noObserver } from './observer.ts';
import { createHandlerDispatcher } from './handler-dispatcher.ts';
import type { Handler } from './handler.ts';

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
  'a partition lost and assigned again (%s handler): nothing begins before running calls have ended',
  async (kind) => {
    const partitions = new AssignedPartitions(new Map([[topic.name, topic]]), () => undefined);
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
    const processor = new RecordProcessor({
      stage: 's',
      group: 'g',
      maxAttempts: 3,
      producer,
      observer: noObserver,
      logger: silent,
    });
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const onProgress = (buffer: PartitionBuffer): void => {
      if (!buffer.lost && buffer.committable === 3) finish();
    };
    const onFatal = (error: Error): void => {
      throw error;
    };
    const dispatcher = createHandlerDispatcher(handler, {
      processor,
      observer: noObserver,
      onProgress,
      onFatal,
    });
    const get = (from: number): void => {
      for (const buffer of partitions.assign('member', { [topic.name]: [0] })) {
        buffer.accept(fetched(from, 3));
        dispatcher.wake(buffer);
      }
    };
    get(0);
    await new Promise(setImmediate);
    expect(calls).toEqual(['begins 0']);
    partitions.assign('member', {});
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
