// Whoever starts a service may name it by SWITCHBOARD_INSTANCE and finds that name on its answers: the process that answers
// on a port may be another one than the one that was started.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export const INSTANCE_HEADER = 'x-switchboard-instance';

/** Puts the name on every answer to a GET; without one nothing is added. */
export function addInstanceHeader(app: NestFastifyApplication, instance: string | undefined): void {
  if (!instance) return;
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, next) => {
    if (request.method === 'GET') reply.header(INSTANCE_HEADER, instance);
    next();
  });
}
