// Logs: JSON lines on stdout, one sentence with fields. Nest's own messages go the same way.
import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@switchboard/contracts';
import { pino } from 'pino';

/** A logger of a service; `level` is the least severe level written. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/**
 * Nest's messages through our logger: its start-up talk at debug. A class without decorator metadata would be given
 * `undefined` dependencies and answer 500 later, so that warning stops the start.
 */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown): void {
    this.#logger.debug({}, sentence(message));
  }

  debug(message: unknown): void {
    this.#logger.debug({}, sentence(message));
  }

  verbose(message: unknown): void {
    this.#logger.debug({}, sentence(message));
  }

  warn(message: unknown): void {
    if (String(message).includes('decorator metadata')) throw new Error(sentence(message));
    this.#logger.warn({}, sentence(message));
  }

  error(message: unknown, stack?: unknown): void {
    this.#logger.error(typeof stack === 'string' ? { error_stack: stack } : {}, sentence(message));
  }

  fatal(message: unknown): void {
    this.#logger.error({}, sentence(message));
  }
}

function sentence(message: unknown): string {
  if (message instanceof Error) return `${message.name}: ${message.message}`;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
