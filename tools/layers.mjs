// The layers of the house. A layer imports only from layers below it; lint and the house test read this table.

/**
 * Which layers each layer may import, and the packages it may not; testing only in specs.
 * @type {Record<string, { imports: string[], banned: string[] }>}
 */
export const layers = {
  contracts: {
    imports: [],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*'],
  },
  analysis: {
    imports: ['contracts'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*', 'openai'],
  },
  kafka: { imports: ['contracts'], banned: ['pg', 'undici', 'prom-client'] },
  postgres: { imports: ['contracts'], banned: ['kafkajs', 'undici', 'prom-client', '@nestjs/*'] },
  egress: { imports: ['contracts', 'testing'], banned: ['kafkajs', 'pg', 'prom-client', '@nestjs/*'] },
  service: { imports: ['contracts', 'kafka', 'postgres', 'egress'], banned: ['kafkajs', 'pg', 'undici'] },
  sink: {
    imports: ['contracts', 'egress', 'testing'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*'],
  },
  ledger: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'testing'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*'],
  },
  delivery: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'service', 'ledger', 'sink', 'testing'],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  conformance: {
    imports: ['contracts', 'kafka', 'postgres', 'egress', 'ledger', 'sink', 'delivery', 'testing'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*'],
  },
  testing: { imports: ['contracts', 'kafka', 'postgres'], banned: [] },
  app: {
    imports: ['contracts', 'analysis', 'kafka', 'postgres', 'egress', 'service', 'ledger', 'testing'],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  tools: {
    imports: [
      'contracts',
      'analysis',
      'kafka',
      'postgres',
      'egress',
      'service',
      'ledger',
      'sink',
      'delivery',
      'conformance',
      'testing',
    ],
    banned: ['kafkajs', 'pg', 'undici'],
  },
  'sink-app': {
    imports: ['contracts', 'sink', 'delivery', 'conformance', 'testing'],
    banned: ['kafkajs', 'pg', 'undici', 'prom-client', '@nestjs/*', 'fastify', '@fastify/*', 'axios', 'got'],
  },
};
