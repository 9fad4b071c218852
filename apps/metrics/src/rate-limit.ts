// Limits the management paths per caller address, with the standard RateLimit-* headers. Health, metrics and all other paths
// are never limited.
import rateLimit from '@fastify/rate-limit';
import { HttpException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const MAX = 1_000;
const WINDOW_MS = 15 * 60 * 1000;

/** Limits requests whose path begins with `prefix`; all such paths share one count per address. */
export async function limitRequests(app: NestFastifyApplication, prefix: string): Promise<void> {
  await app.register(rateLimit as never, { global: false, enableDraftSpec: true } as never);
  const server = app.getHttpAdapter().getInstance();
  const limited = server.rateLimit({
    max: MAX,
    timeWindow: WINDOW_MS,
    // Nest responds with 500 to any other class of error, whatever its status is.
    errorResponseBuilder: (_request, { statusCode, after }) =>
      new HttpException(
        { error: 'rate_limited', message: `Too many requests; try again in ${after}.` },
        statusCode,
      ),
  });
  server.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith(prefix)) await limited.call(server, request, reply);
  });
}
