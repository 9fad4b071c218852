// A reference: the router's job as in Nest's documentation. Nest's own Kafka server calls a handler per event, and its
// client emits. Decorators are called by hand, because this file runs without a build.
// Arguments: as forward.mjs.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { forkJoin, lastValueFrom } from 'rxjs';

const [brokers = '', groupId = '', input = '', ...pairs] = process.argv.slice(2);
/** @type {Map<string, string[]>} */
const routes = new Map();
for (const pair of pairs) {
  const [type = '', outputs = ''] = pair.split('=');
  routes.set(type, outputs.split(',').filter(Boolean));
}

const client = { brokers: brokers.split(','), logLevel: 1 };
const emitter = new ClientKafka({ client, producerOnlyMode: true, producer: { idempotent: true } });

class Forwarder {
  /** @param {unknown} value @param {import('@nestjs/microservices').KafkaContext} context */
  async forward(value, context) {
    const { key, headers, timestamp } = context.getMessage();
    const partition = context.getPartition();
    const outputs = routes.get(String(headers?.['ce_type'])) ?? [];
    if (outputs.length === 0) return;
    const emitted = outputs.map((topic) =>
      emitter.emit(topic, { key, value, headers: { ...headers }, timestamp, partition }),
    );
    await lastValueFrom(forkJoin(emitted));
  }
}
const method = Object.getOwnPropertyDescriptor(Forwarder.prototype, 'forward') ?? {};
EventPattern(input)(Forwarder.prototype, 'forward', method);
Payload()(Forwarder.prototype, 'forward', 0);
Ctx()(Forwarder.prototype, 'forward', 1);
Controller()(Forwarder);

class Reference {}
Module({ controllers: [Forwarder] })(Reference);

await emitter.connect();
const app = await NestFactory.createMicroservice(Reference, {
  transport: Transport.KAFKA,
  logger: ['error'],
  options: { client, consumer: { groupId }, subscribe: { fromBeginning: true }, postfixId: '' },
});
await app.listen();
