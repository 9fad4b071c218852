// Indexes the records of the dead-letter topic, so that people can find and replay them. It is in this service because
// this one always runs.
import { Controller, Inject } from '@nestjs/common';
import { type Logger, topics } from '@switchboard/contracts';
import { type InRecord, OnRecords, type Outcome } from '@switchboard/kafka';
import { indexDeadRecords } from '@switchboard/ledger';
import type { Queryable } from '@switchboard/postgres';
import { DATABASE } from './counts.controller.ts';

export const LOGGER = Symbol('logger');

@Controller()
export class DeadLettersController {
  readonly #database: Queryable;
  readonly #logger: Logger;

  constructor(@Inject(DATABASE) database: Queryable, @Inject(LOGGER) logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** Also records that are not events: some are on that topic for this reason. */
  @OnRecords(topics.deadLetters, { acceptsAnyRecord: true })
  list(records: readonly InRecord[]): Promise<readonly Outcome[]> {
    return indexDeadRecords(this.#database, records, this.#logger);
  }
}
