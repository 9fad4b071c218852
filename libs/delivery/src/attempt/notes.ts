// What is noted of one try at a delivery, and what its end becomes: whatever it is, a value.
import { type ErrorKind, InfrastructureError, type Logger } from '@switchboard/contracts';
import { EgressError } from '@switchboard/egress';
import {
  AbandonedError,
  type Asked,
  ClaimLostError,
  type LedgerRow,
  RefusedValueError,
} from '@switchboard/ledger';
import { AuthError, type DeliveryOutcome, isOutcome } from '@switchboard/sink';
import type { SecretMask } from '../secrecy/mask.ts';
import { fieldsOf } from './attempt-deps.ts';
import type { AttemptResult } from './disposition.ts';

/** What a sink's last call was, as far as it may be kept. */
export interface LastCall {
  asked: Asked | null;
  status: number | null;
  answer: string | null;
}

const KINDS: Readonly<Partial<Record<EgressError['code'], ErrorKind>>> = {
  DNS: 'dns',
  TLS: 'tls',
  CONNECTION: 'connection',
  TIMEOUT: 'timeout',
  RESET: 'reset',
  RESPONSE_TOO_LARGE: 'response_too_large',
};

/** Notes of one try, from the moment it is made. */
export class Notes {
  private readonly at = new Date();
  private readonly started = performance.now();
  private mask: (() => SecretMask) | undefined;

  constructor(
    private readonly row: LedgerRow,
    private readonly logger: Logger,
    /** Shared by those who are delivered in one call. */
    readonly last: LastCall = { asked: null, status: null, answer: null },
  ) {}

  /** What is noted from now on is freed of secrets first. Asked for each text: credentials are made on the way. */
  hide(mask: () => SecretMask): void {
    this.mask = mask;
  }

  /** The try has ended like this; `called` when there is an attempt to show. */
  result(
    kind: AttemptResult['kind'],
    reason: string | null,
    called: boolean,
    more: Partial<AttemptResult> = {},
  ): AttemptResult {
    return {
      kind,
      called,
      reason: this.masked(reason),
      ...this.last,
      at: this.at,
      latencyMs: Math.round(performance.now() - this.started),
      ...more,
      reference: this.masked(more.reference ?? null),
    };
  }

  /** The sink, or whoever decided for it, has said this. Throws TypeError where that is no outcome. */
  said(outcome: DeliveryOutcome, called: boolean): AttemptResult {
    if (!isOutcome(outcome)) throw new TypeError('delivering: the sink answered no outcome; return one');
    return this.result(outcome.kind, outcome.kind === 'delivered' ? null : outcome.reason, called, {
      status: outcome.status ?? this.last.status,
      ...(outcome.kind === 'delivered' ? { reference: outcome.reference ?? null } : {}),
      ...(outcome.kind === 'retry' && outcome.afterSeconds !== undefined
        ? { afterSeconds: outcome.afterSeconds }
        : {}),
    });
  }

  /** Something was thrown. `lost` when the row belongs to another process by now. */
  caught(error: unknown): AttemptResult | 'lost' {
    if (error instanceof ClaimLostError || error instanceof AbandonedError) return 'lost';
    if (error instanceof InfrastructureError) return this.result('interrupted', error.message, false);
    if (error instanceof RefusedValueError) return this.result('rejected', error.message, true);
    // Without credentials nothing goes out: where no call has before, there is none to show.
    if (error instanceof AuthError) return this.said(error.outcome, this.last.asked !== null);
    if (error instanceof EgressError) return this.withoutAnswer(error);
    const name = error instanceof Error ? error.name : typeof error;
    this.logger.error(
      {
        ...fieldsOf(this.row),
        error_name: this.masked(name),
        error_stack: framesOf(error).map((frame) => this.masked(frame)),
      },
      'A sink threw, which is a bug in it; the delivery is tried again.',
    );
    return this.result('threw', `the sink threw ${name}`, true, { error: 'threw' });
  }

  private masked(given: string | null | undefined): string | null {
    if (given === null || given === undefined) return null;
    // What a sink says comes from an answer of the other side: its types promise more than was checked.
    const text = String(given);
    if (this.mask === undefined) return text;
    try {
      return this.mask().mask(text);
    } catch {
      // The sink names its secrets, and what is its code may throw.
      return 'not shown: the sink cannot tell what is secret in it';
    }
  }

  private withoutAnswer(error: EgressError): AttemptResult {
    if (error.code === 'ABORTED') return this.result('interrupted', error.message, true);
    if (error.code === 'REFUSED_ADDRESS') return this.result('broken', error.message, true, { status: null });
    const kind = KINDS[error.code];
    return this.result('retry', error.message, true, {
      status: error.status ?? null,
      ...(kind === undefined ? {} : { error: kind }),
    });
  }
}

// Where it was thrown, without the message: that of a SyntaxError quotes what could not be parsed.
function framesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}
