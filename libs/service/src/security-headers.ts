// The headers that tell browsers to be careful, as helmet recommends them. They are the same for every answer, so helmet
// is asked once: as a middleware it composes all of them anew for each request, which costs more than the signature check.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** Puts them on every answer of the service. */
export function addSecurityHeaders(app: NestFastifyApplication): void {
  const headers = recommended();
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (_request, reply, next) => {
    reply.headers(headers);
    next();
  });
}

function recommended(): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet()({ headers: {} } as never, response as never, (error?: unknown) => {
    if (error !== undefined) throw error as Error;
  });
  return headers;
}
