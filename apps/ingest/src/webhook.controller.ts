// Receives webhooks. The response is 2xx only when the event is durable.
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { InfrastructureError, TRACEPARENT } from '@switchboard/contracts';
import type { Config } from '@switchboard/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AcceptedEvent, accept, SOURCE } from './accept.ts';
import { claimedTenant } from './claimed-tenant.ts';
import { DurableLog } from './durable-log.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { addressOf, BUSY, BUSY_RETRY_AFTER_S, SOURCE_OF_TENANT } from './http-edge.ts';
import { kafkaRefusalOf } from './kafka-refusal.ts';
import { SecretStore } from './secret-store.ts';
import type { ingestSettings } from './settings.ts';
import { readSignature, Verifier } from './signature.ts';
import { type Rejection, WebhookMetrics } from './webhook-metrics.ts';

export const SETTINGS = Symbol('ingest settings');

const RETRY_AFTER_S = 5;
const UNAVAILABLE = {
  error: 'unavailable',
  message: 'The event cannot be stored now; send it again.',
};
const SECRETS_MISSING = {
  error: 'unavailable',
  message: 'Not all signing secrets can be read now; send the event again.',
};
const BAD_SIGNATURE = {
  error: 'invalid_signature',
  message: 'The signature does not match the body; check the secret.',
};
const NOT_NAMED = {
  error: 'invalid_signature',
  message: `The signature matches none of the secrets that are tried for a body that names no tenant. Name the tenant: send "tenant_id" in the body, or post to ${SOURCE}/TENANT.`,
};

/** A request and its response. */
interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Since it began. */
  seconds(): number;
}

@Controller()
export class WebhookController {
  readonly #log: DurableLog;
  readonly #secrets: SecretStore;
  readonly #verifier: Verifier;
  readonly #failures: FailureLimiter;
  readonly #metrics: WebhookMetrics;
  readonly #settings: Config<typeof ingestSettings>;

  constructor(
    log: DurableLog,
    secrets: SecretStore,
    verifier: Verifier,
    failures: FailureLimiter,
    metrics: WebhookMetrics,
    @Inject(SETTINGS) settings: Config<typeof ingestSettings>,
  ) {
    this.#log = log;
    this.#secrets = secrets;
    this.#verifier = verifier;
    this.#failures = failures;
    this.#metrics = metrics;
    this.#settings = settings;
  }

  @Post([SOURCE, SOURCE_OF_TENANT])
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const started = performance.now();
    const visit: Visit = { request, reply, seconds: () => (performance.now() - started) / 1000 };
    const body = request.body;
    if (!Buffer.isBuffer(body)) {
      this.#metrics.rejected('media_type', visit.seconds());
      return send(reply, 415, { error: 'unsupported_media_type', message: 'Send application/json.' });
    }
    const header = request.headers['x-helpninja-signature'];
    const signature = readSignature(typeof header === 'string' ? header : undefined);
    // The path is not signed: it says which secrets to try, and no more.
    const claim = (request.params as { tenant?: string }).tenant ?? claimedTenant(body);
    const { secrets, complete, partial } = this.#secrets.current().candidates(claim);
    const result = signature && this.#verifier.signerOf(body, signature, secrets, claim !== undefined);
    const signer = result instanceof Promise ? await result : result;
    if (signer === 'busy') {
      this.#metrics.rejected('busy', visit.seconds());
      return again(reply, BUSY_RETRY_AFTER_S, BUSY);
    }
    if (signer === undefined) {
      if (complete || signature === undefined) return this.#badSignature(visit, partial);
      this.#metrics.rejected('unavailable', visit.seconds());
      return again(reply, RETRY_AFTER_S, SECRETS_MISSING);
    }
    const trace = request.headers[TRACEPARENT];
    const event = accept(
      body,
      signer.tenantId,
      this.#settings.DEFAULT_TENANT,
      Date.now(),
      typeof trace === 'string' ? trace : undefined,
    );
    if (isAccepted(event)) return this.#store(event, visit);
    if (event.kind === 'tenant') return this.#badSignature(visit, false);
    this.#metrics.rejected('body', visit.seconds(), signer.tenantId);
    const where = event.path === '' ? 'body' : event.path;
    return send(reply, 400, { error: 'invalid_event', path: where, message: `${where}: ${event.message}` });
  }

  async #store(event: AcceptedEvent, { reply, seconds }: Visit): Promise<void> {
    try {
      await this.#log.append(event);
    } catch (error) {
      // Kafka may accept a refused event once its limits are changed, so the sender must keep it.
      if (!(error instanceof InfrastructureError) && kafkaRefusalOf(error) === undefined) throw error;
      this.#metrics.rejected('unavailable', seconds(), event.tenantId);
      return again(reply, RETRY_AFTER_S, UNAVAILABLE);
    }
    this.#metrics.accepted(event, seconds());
    return send(reply, 200, { received: true });
  }

  #badSignature({ request, reply, seconds }: Visit, partial: boolean): void {
    const wait = this.#failures.fail(addressOf(request), Date.now());
    if (wait === 0) {
      const reason: Rejection = partial ? 'tenant_not_named' : 'signature';
      this.#metrics.rejected(reason, seconds());
      return send(reply, 401, partial ? NOT_NAMED : BAD_SIGNATURE);
    }
    this.#metrics.rejected('signature_limit', seconds());
    return again(
      reply,
      wait,
      {
        error: 'too_many_failures',
        message: 'Too many bad signatures from this address.',
      },
      429,
    );
  }
}

function isAccepted(result: ReturnType<typeof accept>): result is AcceptedEvent {
  return !('kind' in result);
}

function again(reply: FastifyReply, afterSeconds: number, body: object, status = 503): void {
  reply.header('retry-after', String(afterSeconds));
  send(reply, status, body);
}

function send(reply: FastifyReply, status: number, body: object): void {
  reply.status(status).send(body);
}
