// What is refused before a handler runs: other media types, encodings, sizes, bodies that do not arrive, and more bytes than
// fit in hand.
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

/** The path of a source of its own, whose tenant it names; beside the plain one. */
export const SOURCE_OF_TENANT = `${SOURCE}/:tenant`;

/** When to come again after there was no room. */
export const BUSY_RETRY_AFTER_S = 1;
/** What is said then. */
export const BUSY = { error: 'busy', message: 'Too many bytes are in hand; send the event again.' };
/** Of the bytes in hand, what one address may hold in bodies that have not arrived in full. */
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

/** What Fastify itself refuses. */
const BY_STATUS: Readonly<Record<number, Refused>> = { 413: REFUSALS.too_large, 415: REFUSALS.media_type };

/** Gives the bytes of a request back when its answer is sent or its connection has ended, whichever comes first. */
class Hand {
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
  /** Every request has one before its body is read. */
  hand?: Hand;
}

/** A body that was not taken in, on its way to the filter that answers. */
class BodyRefusal extends HttpException {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.message, refused.status);
    this.refused = refused;
  }
}

/** How bodies are taken in when `maxBytes` may be in hand at once. */
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
  // Raw bytes wait for their signature: as our own parser, for Fastify's charges nothing and knows no idle body.
  server.removeAllContentTypeParsers();
  server.decorateRequest('hand', undefined);
  server.addContentTypeParser('application/json', (request: HeldRequest, payload, done) => {
    intake.read(
      payload,
      () => addressOf(request),
      (fault, body, release) => {
        if (release === undefined) return done(new BodyRefusal(REFUSALS[fault ?? 'broken_off']));
        (request.hand as Hand).hold(release);
        done(null, body);
      },
    );
  });
  server.addHook('onRequest', (request: HeldRequest, reply, next) => {
    // Bodies are taken in whatever their path is, one that does not exist too.
    request.hand = new Hand(reply);
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
    const refused = exception instanceof BodyRefusal ? exception.refused : BY_STATUS[exception.getStatus()];
    if (refused && isWebhook(request)) refuse(reply, this.#metrics, refused);
    else reply.status(exception.getStatus()).send(exception.getResponse());
  }
}

function isWebhook(request: FastifyRequest): boolean {
  const { url } = request.routeOptions;
  return url === SOURCE || url === SOURCE_OF_TENANT;
}

/** The connection ends with the answer: what is left of the body is not waited for. */
function refuse(reply: FastifyReply, metrics: WebhookMetrics, refused: Refused): FastifyReply {
  metrics.rejected(refused.reason, reply.elapsedTime / 1000);
  reply.header('connection', 'close');
  if (refused.status === 503) reply.header('retry-after', String(BUSY_RETRY_AFTER_S));
  return reply.status(refused.status).send({ error: refused.error, message: refused.message });
}
