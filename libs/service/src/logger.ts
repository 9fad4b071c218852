// Logs are JSON lines on stdout, each with one sentence and fields. Nest's own messages go through the same logger.
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
 * Writes Nest's messages with our logger, its start-up messages at debug. Nest gives a class without decorator metadata
 * `undefined` as dependencies, which would fail later, so that warning fails the start.
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
