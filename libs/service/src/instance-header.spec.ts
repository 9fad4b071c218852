import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { addInstanceHeader, INSTANCE_HEADER } from './instance-header.ts';

class App {}
Module({})(App);

test.each([
  ['seven', 'seven'],
  [undefined, null],
])('a service named %s answers with %s', async (instance, header) => {
  const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false });
  addInstanceHeader(app, instance);
  await app.listen(0, '127.0.0.1');
  const { headers } = await fetch(`${await app.getUrl()}/health`);
  expect(headers.get(INSTANCE_HEADER)).toBe(header);
  await app.close();
});
