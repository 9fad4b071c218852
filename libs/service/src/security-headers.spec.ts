// The headers of a running service's responses, also of errors.
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { addSecurityHeaders } from './security-headers.ts';

class Hello {
  hello(): string {
    return 'hello';
  }
}
Controller()(Hello);
Get('hello')(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello') as never);

class App {}
Module({ controllers: [Hello] })(App);

test.each(['/hello', '/nothing-here'])('%s', async (path) => {
  const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false });
  addSecurityHeaders(app);
  await app.listen(0, '127.0.0.1');
  const { headers } = await fetch(`${await app.getUrl()}${path}`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': expect.stringContaining("default-src 'self'") as string,
    'strict-transport-security': expect.stringContaining('max-age=') as string,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
  });
  await app.close();
});

test('a response that no browser shows has only the nosniff header', async () => {
  const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false });
  addSecurityHeaders(app);
  await app.listen(0, '127.0.0.1');
  const { headers } = await fetch(`${await app.getUrl()}/hello`, { method: 'POST' });
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toBeNull();
  await app.close();
});
