// Refuses requests before a handler runs: other media types, encodings, sizes, bodies that do not arrive, and bodies for
// which there is no memory.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SOURCE } from './accept.ts';
import type { BodyFault, BodyIntake, IntakeOptions } from './body-intake.ts';
import { ByteBudget } from './byte-budget.ts';
import { sourceOf } from './source-address.ts';
import type { Rejection, WebhookMetrics } from './webhook-metrics.ts';

/** Largest webhook body. */
export const BODY_LIMIT = 256 * 1024;

/** A path that names the tenant, besides the plain one. */
export const SOURCE_OF_TENANT = `${SOURCE}/:tenant`;

/** Retry-After while there is no memory for another body. */
export const BUSY_RETRY_AFTER_S = 1;
/** The response then. */
export const BUSY = { error: 'busy', message: 'The service is busy; send the event again.' };
/** The share of the memory for bodies that one address may use for unfinished bodies. */
const PART_OF_ONE_SOURCE = 1 / 4;

interface Refused {
  readonly status: number;
  readonly reason: Rejection;
  readonly error: string;
  readonly message: string;
}

const REFUSALS: Readonly<Record<BodyFault | 'media_type' | 'encoding', Refused>> = {
  too_large: {
    status: 413,
    reason: 'too_large',
    error: 'body_too_large',
    message: `The body is larger than ${BODY_LIMIT / 1024} KiB.`,
  },
  too_slow: {
    status: 408,
    reason: 'too_slow',
    error: 'body_too_slow',
    message: 'The body did not arrive in time; send the event again.',
  },
  broken_off: {
    status: 400,
    reason: 'broken_off',
    error: 'body_broken_off',
    message: 'The connection ended before the body did.',
  },
  busy: { status: 503, reason: 'busy', ...BUSY },
  media_type: {
    status: 415,
    reason: 'media_type',
    error: 'unsupported_media_type',
    message: 'Send application/json.',
  },
  encoding: {
    status: 415,
    reason: 'media_type',
    error: 'unsupported_encoding',
    message: 'Send the body without a Content-Encoding.',
  },
};

/** Refusals of Fastify itself. */
const BY_STATUS: Readonly<Record<number, Refused>> = { 413: REFUSALS.too_large, 415: REFUSALS.media_type };

/** Gives the bytes of a request back to the budget when its response is sent or its connection ends. */
class HeldBytes {
  #closed = false;
  #release: () => void = () => undefined;

  constructor(reply: FastifyReply) {
    reply.raw.once('close', () => {
      this.#closed = true;
      this.#release();
    });
  }

  hold(release: () => void): void {
    if (this.#closed) release();
    else this.#release = release;
  }
}

interface HeldRequest extends FastifyRequest {
  /** Set before the body is read. */
  held?: HeldBytes;
}

/** Carries a refusal from the body parser to the filter that responds. */
class BodyRefusal extends HttpException {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.message, refused.status);
    this.refused = refused;
  }
}

/** The limits for reading bodies, when `maxBytes` may be in memory at once. */
export function intakeOptions(maxBytes: number): IntakeOptions {
  return {
    budget: new ByteBudget(maxBytes),
    bodyLimit: BODY_LIMIT,
    sourceBytes: Math.max(BODY_LIMIT, maxBytes * PART_OF_ONE_SOURCE),
  };
}

/** Installs the body parser and the refusals. */
export function installEdge(app: NestFastifyApplication, intake: BodyIntake, metrics: WebhookMetrics): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  // The signature needs the raw bytes. Our own parser, because Fastify's has no budget and does not cut off idle bodies.
  server.removeAllContentTypeParsers();
  server.decorateRequest('held', undefined);
  server.addContentTypeParser('application/json', (request: HeldRequest, payload, done) => {
    intake.read(
      payload,
      () => addressOf(request),
      (fault, body, release) => {
        if (release === undefined) return done(new BodyRefusal(REFUSALS[fault ?? 'broken_off']));
        (request.held as HeldBytes).hold(release);
        done(null, body);
      },
    );
  });
  server.addHook('onRequest', (request: HeldRequest, reply, next) => {
    // Bodies are read for every path, also for one that does not exist.
    request.held = new HeldBytes(reply);
    if (!isWebhook(request)) return next();
    const { 'content-encoding': encoding, 'content-length': length } = request.headers;
    if (encoding !== undefined && encoding !== 'identity') {
      return void refuse(reply, metrics, REFUSALS.encoding);
    }
    if (Number(length) > BODY_LIMIT) return void refuse(reply, metrics, REFUSALS.too_large);
    next();
  });
  app.useGlobalFilters(new EdgeFilter(metrics));
}

/** The address that limits count a request for. */
export function addressOf(request: FastifyRequest): string {
  return sourceOf(request.ip, request.socket.remoteAddress ?? '');
}

/** Responds to refusals of the body parser like to other refusals, and to other errors as Nest does. */
@Catch(HttpException)
class EdgeFilter implements ExceptionFilter<HttpException> {
  readonly #metrics: WebhookMetrics;

  constructor(metrics: WebhookMetrics) {
    this.#metrics = metrics;
  }

  catch(exception: HttpException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refused = exception instanceof BodyRefusal ? exception.refused : BY_STATUS[exception.getStatus()];
    if (refused && isWebhook(request)) refuse(reply, this.#metrics, refused);
    else reply.status(exception.getStatus()).send(exception.getResponse());
  }
}

function isWebhook(request: FastifyRequest): boolean {
  const { url } = request.routeOptions;
  return url === SOURCE || url === SOURCE_OF_TENANT;
}

/** Closes the connection with the response, so that the rest of the body need not be read. */
function refuse(reply: FastifyReply, metrics: WebhookMetrics, refused: Refused): FastifyReply {
  metrics.rejected(refused.reason, reply.elapsedTime / 1000);
  reply.header('connection', 'close');
  if (refused.status === 503) reply.header('retry-after', String(BUSY_RETRY_AFTER_S));
  return reply.status(refused.status).send({ error: refused.error, message: refused.message });
}
