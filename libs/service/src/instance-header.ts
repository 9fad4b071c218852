// A launcher names a service with SWITCHBOARD_INSTANCE and finds the name in its responses. So it notices when another
// process answers on the port.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export const INSTANCE_HEADER = 'x-switchboard-instance';

/** Adds the name to every response to a GET; without a name nothing is added. */
export function addInstanceHeader(app: NestFastifyApplication, instance: string | undefined): void {
  if (!instance) return;
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, next) => {
    if (request.method === 'GET') reply.header(INSTANCE_HEADER, instance);
    next();
  });
}
