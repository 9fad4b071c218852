// Since when a loop fails, and why. A failure that lasts is reported, and logged again while it lasts.
import { InfrastructureError, type Logger } from '@switchboard/contracts';

/** How failures of a loop are reported. */
export interface FailureReports {
  readonly logger: Logger;
  /** A loop that fails for so long without a success is in trouble. An infrastructure failure is logged as often. */
  readonly troubleMs: number;
}

/** The failures of one loop since its last success. Times are milliseconds of a monotonic clock. */
export class LoopFailures {
  /** Times of the first and of the last failure after the last success. */
  private first: number | undefined;
  private last = 0;
  private code = '';
  private loggedAt = 0;

  constructor(
    private readonly loop: string,
    private readonly reports: FailureReports,
  ) {}

  /** A turn succeeded. */
  succeeded(): void {
    if (this.first === undefined) return;
    const seconds = secondsSince(this.first);
    this.reports.logger.info({ loop: this.loop, failed_seconds: seconds }, 'A loop works again.');
    this.first = undefined;
  }

  /** A turn failed. */
  failed(error: unknown): void {
    const { logger, troubleMs } = this.reports;
    const now = performance.now();
    const code = codeOf(error);
    const isSame = this.first !== undefined && this.code === code && now - this.loggedAt < troubleMs;
    this.first ??= now;
    this.last = now;
    this.code = code;
    if (isSame && error instanceof InfrastructureError) return;
    this.loggedAt = now;
    logger.warn(
      { loop: this.loop, failed_seconds: secondsSince(this.first), ...fieldsOf(error) },
      'A turn of a loop failed and is repeated.',
    );
  }

  /** For how long and why the loop fails, in words, when it is in trouble; else undefined. One failed turn is no trouble. */
  trouble(): string | undefined {
    if (this.first === undefined || this.last - this.first < this.reports.troubleMs) return undefined;
    return `the loop "${this.loop}" has failed for ${secondsSince(this.first)} s: ${this.code}`;
  }
}

function secondsSince(mono: number): number {
  return Math.round((performance.now() - mono) / 1000);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED';
}

function fieldsOf(error: unknown): object {
  return error instanceof Error
    ? { error_code: codeOf(error), error_message: error.message, error_name: error.name }
    : { error_code: codeOf(error), error_message: String(error) };
}
