// What is refused before a handler runs: other media types, encodings, sizes, and more bytes than fit in hand.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SOURCE } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Rejection, WebhookMetrics } from './webhook-metrics.ts';

/** Largest webhook body. */
export const BODY_LIMIT = 256 * 1024;

const BUSY_RETRY_AFTER_S = 1;

interface Refused {
  readonly status: number;
  readonly reason: Rejection;
  readonly error: string;
  readonly message: string;
}

const BY_STATUS: Readonly<Record<number, Refused>> = {
  413: {
    status: 413,
    reason: 'too_large',
    error: 'body_too_large',
    message: `The body is larger than ${BODY_LIMIT / 1024} KiB.`,
  },
  415: {
    status: 415,
    reason: 'media_type',
    error: 'unsupported_media_type',
    message: 'Send application/json.',
  },
};

/** Installs the raw body parser and the refusals. */
export function installEdge(app: NestFastifyApplication, budget: ByteBudget, metrics: WebhookMetrics): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.addHook('onRequest', (request, reply, next) => {
    if (!isWebhook(request)) return next();
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      return void refuse(reply, metrics, {
        status: 415,
        reason: 'media_type',
        error: 'unsupported_encoding',
        message: 'Send the body without a Content-Encoding.',
      });
    }
    const bytes = bodyBytes(request);
    if (!budget.take(bytes)) {
      reply.header('retry-after', String(BUSY_RETRY_AFTER_S));
      return void refuse(reply, metrics, {
        status: 503,
        reason: 'busy',
        error: 'busy',
        message: 'Too many bytes are in hand; send the event again.',
      });
    }
    reply.raw.once('close', () => budget.give(bytes));
    next();
  });
  app.useGlobalFilters(new EdgeFilter(metrics));
}

/** Answers what the body parser refused in the same words as the rest; other faults as Nest would. */
@Catch(HttpException)
class EdgeFilter implements ExceptionFilter<HttpException> {
  readonly #metrics: WebhookMetrics;

  constructor(metrics: WebhookMetrics) {
    this.#metrics = metrics;
  }

  catch(exception: HttpException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refused = BY_STATUS[exception.getStatus()];
    if (refused && isWebhook(request)) refuse(reply, this.#metrics, refused);
    else reply.status(exception.getStatus()).send(exception.getResponse());
  }
}

function isWebhook(request: FastifyRequest): boolean {
  return request.routeOptions.url === SOURCE;
}

/** A body of unknown length counts as the largest there can be. */
function bodyBytes(request: FastifyRequest): number {
  const length = Number(request.headers['content-length']);
  return Number.isInteger(length) && length >= 0 ? Math.min(length, BODY_LIMIT) : BODY_LIMIT;
}

function refuse(reply: FastifyReply, metrics: WebhookMetrics, refused: Refused): FastifyReply {
  metrics.rejected(refused.reason, reply.elapsedTime / 1000);
  return reply.status(refused.status).send({ error: refused.error, message: refused.message });
}
