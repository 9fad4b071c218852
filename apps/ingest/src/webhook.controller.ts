// The door: one webhook in, one answer out. 2xx only when the event is durable.
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { InfrastructureError, TRACEPARENT } from '@switchboard/contracts';
import type { Config } from '@switchboard/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AcceptedEvent, accept, SOURCE } from './accept.ts';
import { DurableLog } from './durable-log.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { SecretStore } from './secret-store.ts';
import type { ingestSettings } from './settings.ts';
import { signerOf } from './signature.ts';
import { WebhookMetrics } from './webhook-metrics.ts';

export const SETTINGS = Symbol('ingest settings');

const RETRY_AFTER_S = 5;
const BAD_SIGNATURE = {
  error: 'invalid_signature',
  message: 'The signature does not match the body; check the secret.',
};

@Controller()
export class WebhookController {
  readonly #log: DurableLog;
  readonly #secrets: SecretStore;
  readonly #failures: FailureLimiter;
  readonly #metrics: WebhookMetrics;
  readonly #settings: Config<typeof ingestSettings>;

  constructor(
    log: DurableLog,
    secrets: SecretStore,
    failures: FailureLimiter,
    metrics: WebhookMetrics,
    @Inject(SETTINGS) settings: Config<typeof ingestSettings>,
  ) {
    this.#log = log;
    this.#secrets = secrets;
    this.#failures = failures;
    this.#metrics = metrics;
    this.#settings = settings;
  }

  @Post(SOURCE)
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const body = request.body;
    if (!Buffer.isBuffer(body)) {
      this.#metrics.rejected('media_type', seconds());
      return send(reply, 415, { error: 'unsupported_media_type', message: 'Send application/json.' });
    }
    const secrets = this.#secrets.current();
    if (secrets === undefined) {
      this.#metrics.rejected('unavailable', seconds());
      return unavailable(reply);
    }
    const header = request.headers['x-helpninja-signature'];
    const signer = signerOf(body, typeof header === 'string' ? header : undefined, secrets);
    if (signer === undefined) return this.#badSignature(request, reply, seconds());
    const trace = request.headers[TRACEPARENT];
    const event = accept(
      body,
      signer.tenantId,
      this.#settings.DEFAULT_TENANT,
      Date.now(),
      typeof trace === 'string' ? trace : undefined,
    );
    if (isAccepted(event)) {
      await this.#store(event, reply, seconds);
      return;
    }
    if (event.kind === 'tenant') return this.#badSignature(request, reply, seconds());
    this.#metrics.rejected('body', seconds(), signer.tenantId);
    const where = event.path === '' ? 'body' : event.path;
    return send(reply, 400, { error: 'invalid_event', path: where, message: `${where}: ${event.message}` });
  }

  async #store(event: AcceptedEvent, reply: FastifyReply, seconds: () => number): Promise<void> {
    try {
      await this.#log.append(event);
    } catch (error) {
      if (!(error instanceof InfrastructureError)) throw error;
      this.#metrics.rejected('unavailable', seconds(), event.tenantId);
      return unavailable(reply);
    }
    this.#metrics.accepted(event, seconds());
    return send(reply, 200, { received: true });
  }

  #badSignature(request: FastifyRequest, reply: FastifyReply, seconds: number): void {
    const wait = this.#failures.fail(request.ip, Date.now());
    if (wait === 0) {
      this.#metrics.rejected('signature', seconds);
      return send(reply, 401, BAD_SIGNATURE);
    }
    this.#metrics.rejected('signature_limit', seconds);
    reply.header('retry-after', String(wait));
    return send(reply, 429, {
      error: 'too_many_failures',
      message: 'Too many bad signatures from this address.',
    });
  }
}

function isAccepted(result: ReturnType<typeof accept>): result is AcceptedEvent {
  return !('kind' in result);
}

function unavailable(reply: FastifyReply): void {
  reply.header('retry-after', String(RETRY_AFTER_S));
  send(reply, 503, { error: 'unavailable', message: 'Nothing durable is reachable; send the event again.' });
}

function send(reply: FastifyReply, status: number, body: object): void {
  reply.status(status).send(body);
}
