// The result of one attempt: built from the outcome that the sink returned, or from the error that was thrown.
import { type ErrorKind, InfrastructureError, type Logger } from '@switchboard/contracts';
import { EgressError } from '@switchboard/egress';
import {
  AbandonedError,
  ClaimLostError,
  type LedgerRow,
  RefusedValueError,
  type RequestSummary,
} from '@switchboard/ledger';
import { AuthError, type DeliveryOutcome, isOutcome } from '@switchboard/sink';
import type { SecretMask } from '../secrecy/secret-mask.ts';
import { NotBegunError } from './sink-http.ts';

/** How an attempt ended: the sink's outcome, `threw` (a bug in the sink), or `interrupted` (not the row's fault). */
export type AttemptKind = DeliveryOutcome['kind'] | 'threw' | 'interrupted';

/** The result of an attempt. Secrets in its texts are masked. */
export interface AttemptResult {
  readonly kind: AttemptKind;
  /** Whether there is an attempt to show: the sink ran, and missing credentials did not prevent its first call. */
  readonly called: boolean;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  /** Why there was no complete answer. */
  readonly error?: ErrorKind;
  /** A stop ended a call that had begun: as after a timeout, nobody knows whether it had its effect. */
  readonly isCutOff?: true;
  readonly afterSeconds?: number;
  readonly at: Date;
  readonly latencyMs: number;
  /** The last request, and the beginning of its answer. */
  readonly request: RequestSummary | null;
  readonly answer: string | null;
}

/** The last call of a sink, as far as it may be stored. */
export interface LastCall {
  request: RequestSummary | null;
  status: number | null;
  answer: string | null;
}

const ERROR_KINDS: Readonly<Partial<Record<EgressError['code'], ErrorKind>>> = {
  DNS: 'dns',
  TLS: 'tls',
  CONNECTION: 'connection',
  TIMEOUT: 'timeout',
  RESET: 'reset',
  RESPONSE_TOO_LARGE: 'response_too_large',
};

/** Builds the result of one attempt. The attempt begins when the builder is made. */
export class AttemptResultBuilder {
  /** The context of the sink keeps this up to date. */
  readonly lastCall: LastCall = { request: null, status: null, answer: null };
  private readonly at = new Date();
  private readonly started = performance.now();
  private mask: (() => SecretMask) | undefined;

  constructor(
    private readonly row: LedgerRow,
    private readonly logger: Logger,
  ) {}

  /** Masks all texts from now on. `mask` is called for each text, because credentials may be made during the attempt. */
  maskWith(mask: () => SecretMask): void {
    this.mask = mask;
  }

  /** The result for an outcome. Throws TypeError when it is not one. */
  fromOutcome(outcome: DeliveryOutcome, called: boolean): AttemptResult {
    if (!isOutcome(outcome)) {
      throw new TypeError('delivering: the sink did not return an outcome; return one');
    }
    return this.build(outcome.kind, outcome.kind === 'delivered' ? null : outcome.reason, called, {
      status: outcome.status ?? this.lastCall.status,
      ...(outcome.kind === 'delivered' ? { reference: outcome.reference ?? null } : {}),
      ...(outcome.kind === 'retry' && outcome.afterSeconds !== undefined
        ? { afterSeconds: outcome.afterSeconds }
        : {}),
    });
  }

  /** The result for an attempt that ended before the sink was called, through no fault of the row. */
  interrupted(reason: string): AttemptResult {
    return this.build('interrupted', reason, false);
  }

  /** The result for a thrown error; `lost` when the row now belongs to another process. */
  fromError(error: unknown): AttemptResult | 'lost' {
    if (error instanceof ClaimLostError || error instanceof AbandonedError) return 'lost';
    if (error instanceof InfrastructureError) return this.interrupted(error.message);
    if (error instanceof RefusedValueError) return this.build('rejected', error.message, true);
    // A call without credentials is not sent: unless an earlier call was, there is no attempt to show.
    if (error instanceof AuthError) return this.fromOutcome(error.outcome, this.lastCall.request !== null);
    if (error instanceof EgressError) return this.withoutAnswer(error);
    const name = error instanceof Error ? error.name : typeof error;
    this.logger.error(
      {
        ...logFieldsOf(this.row),
        error_name: this.masked(name),
        error_stack: framesOf(error).map((frame) => this.masked(frame)),
      },
      'A sink threw, which is a bug in it; the delivery is tried again.',
    );
    return this.build('threw', `the sink threw ${name}`, true, { error: 'threw' });
  }

  private withoutAnswer(error: EgressError): AttemptResult {
    if (error.code === 'ABORTED') {
      const isCutOff = !(error instanceof NotBegunError);
      return this.build('interrupted', error.message, true, isCutOff ? { isCutOff } : {});
    }
    if (error.code === 'REFUSED_ADDRESS') return this.build('broken', error.message, true, { status: null });
    const kind = ERROR_KINDS[error.code];
    return this.build('retry', error.message, true, {
      status: error.status ?? null,
      ...(kind === undefined ? {} : { error: kind }),
    });
  }

  private build(
    kind: AttemptKind,
    reason: string | null,
    called: boolean,
    more: Partial<AttemptResult> = {},
  ): AttemptResult {
    return {
      kind,
      called,
      reason: this.masked(reason),
      ...this.lastCall,
      at: this.at,
      latencyMs: Math.round(performance.now() - this.started),
      ...more,
      reference: this.masked(more.reference ?? null),
    };
  }

  private masked(given: string | null | undefined): string | null {
    if (given === null || given === undefined) return null;
    // A sink may pass on a value from an answer: at run time it need not be a string.
    const text = String(given);
    if (this.mask === undefined) return text;
    try {
      return this.mask().mask(text);
    } catch {
      // The list of secrets comes from the sink's code, which may throw.
      return 'not shown: the sink cannot tell what is secret in it';
    }
  }
}

/** The fields of a log line about a delivery. */
export function logFieldsOf(row: LedgerRow): Record<string, unknown> {
  return {
    sink: row.sink,
    delivery_id: row.id,
    integration_id: row.integrationId,
    tenant_id: row.tenantId,
    event_type: row.eventType,
    event_id: row.eventId,
  };
}

// The stack without the message: the message of a SyntaxError quotes the text that could not be parsed.
function framesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}
