// A reference: the smallest service with Nest on Fastify, to see how much memory the frameworks alone use.
// Arguments: PORT
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const [port = ''] = process.argv.slice(2);

class Health {
  health() {
    return { status: 'healthy' };
  }
}
Get('health')(Health.prototype, 'health', Object.getOwnPropertyDescriptor(Health.prototype, 'health') ?? {});
Controller()(Health);

class Reference {}
Module({ controllers: [Health] })(Reference);

const app = await NestFactory.create(Reference, new FastifyAdapter(), { logger: ['error'] });
await app.listen(Number(port), '127.0.0.1');
