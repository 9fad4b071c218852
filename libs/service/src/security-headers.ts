// Helmet's security headers, on responses that a browser may show: those to GET and HEAD. Other responses, above all those
// to webhooks, get only the nosniff header, because 700 more bytes per response are a tenth of a webhook's cost. Helmet runs
// once: as a middleware it would compute all headers for each request.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

const FOR_PROGRAMS = { 'x-content-type-options': 'nosniff' };

/** Adds the headers to the service's responses. */
export function addSecurityHeaders(app: NestFastifyApplication): void {
  const headers = recommended();
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, next) => {
    const shown = request.method === 'GET' || request.method === 'HEAD';
    reply.headers(shown ? headers : FOR_PROGRAMS);
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
