import 'reflect-metadata';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { deadLetterHeaders as names, InfrastructureError, type Topic, topics } from '@switchboard/contracts';
import {
  dead,
  done,
  type InRecord,
  KafkaBatchStrategy,
  OnRecord,
  OnRecords,
  type Outcome,
  readAll,
} from '../index.ts';
import { event, eventually, type TestBroker, testBroker, text } from '../test-broker.ts';

const shape = { ...topics.events, partitions: 3 };
const chunks: Topic = { ...shape, name: 'nest-chunks' };
const singles: Topic = { ...shape, name: 'nest-singles' };

@Injectable()
class Notes {
  readonly values: string[] = [];
  trouble = 2;
}

@Controller()
class Readers {
  constructor(@Inject(Notes) private readonly notes: Notes) {}

  @OnRecords(chunks, { maxRecords: 10 })
  async chunk(records: readonly InRecord[]): Promise<Outcome[]> {
    return records.map((record) => {
      if (text(record) === 'type error') throw new TypeError('fetch failed');
      this.notes.values.push(text(record));
      return text(record) === 'bury' ? dead('NOT_JSON', 'no JSON') : done();
    });
  }

  @OnRecord(singles, { concurrency: 4 })
  async single(record: InRecord): Promise<Outcome> {
    if (text(record) === 'trouble' && this.notes.trouble-- > 0) {
      throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'writing: Postgres does not answer');
    }
    this.notes.values.push(text(record));
    return done();
  }
}

@Module({ controllers: [Readers], providers: [Notes] })
class App {}

@Controller()
class Twice {
  @OnRecords(chunks)
  async one(records: readonly InRecord[]): Promise<Outcome[]> {
    return records.map(done);
  }

  @OnRecords(chunks)
  async two(records: readonly InRecord[]): Promise<Outcome[]> {
    return records.map(done);
  }
}

@Module({ controllers: [Twice] })
class Clash {}

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
  await Promise.all([broker.topic(chunks.name), broker.topic(singles.name)]);
});
afterAll(() => broker.close());

function strategy(): KafkaBatchStrategy {
  const onFatal = (error: Error): void => {
    throw error;
  };
  return new KafkaBatchStrategy({
    settings: broker.settings,
    group: 'nest',
    stage: 'nest',
    producer: broker.producer(),
    onFatal,
  });
}

test('controllers get their records, and their errors arrive unchanged', async () => {
  const kafka = strategy();
  const app = await NestFactory.createMicroservice(App, { strategy: kafka, logger: false });
  await app.listen();
  expect(kafka.liveness().alive).toBe(true);
  await broker
    .producer()
    .sendMany([
      event(chunks, 'a', 'first'),
      event(chunks, 'a', 'type error'),
      event(chunks, 'a', 'bury'),
      event(chunks, 'a', 'last'),
      event(singles, 'a', 'trouble'),
      event(singles, 'a', 'after trouble'),
    ]);
  const { values } = app.get(Notes);
  await eventually(() =>
    expect(broker.logs.map(({ fields }) => fields['error_message'])).toContain('fetch failed'),
  );
  // A handled record shows that the error is the other record's fault.
  await broker.producer().send(event(chunks, 'b', 'other'));
  await eventually(() =>
    expect(new Set(values)).toEqual(new Set(['first', 'other', 'bury', 'last', 'trouble', 'after trouble'])),
  );
  expect(values.indexOf('trouble')).toBeLessThan(values.indexOf('after trouble'));
  await eventually(async () => {
    const letters = await readAll(broker.settings, topics.deadLetters);
    const codes = letters.map((one) => [text(one), one.headers[names.errorCode]?.toString()]);
    expect(codes.sort()).toEqual([
      ['bury', 'NOT_JSON'],
      ['type error', 'HANDLER_FAILED'],
    ]);
  });
  // Nest closes the transport, which drains.
  await app.close();
  expect(await kafka.drain()).toBe(true);
});

test('two methods for one topic fail the start', async () => {
  const app = await NestFactory.createMicroservice(Clash, { strategy: strategy(), logger: false });
  await expect(app.listen()).rejects.toThrow('handling nest-chunks: it has two methods; remove one');
});
