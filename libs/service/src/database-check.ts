// Checks whether the service can work with the database: at the start and, if Postgres was away then, at each readiness
// probe until it is known.
import type { Logger } from '@switchboard/contracts';
import {
  checkDatabase,
  type Database,
  PostgresUnavailableError,
  UnusableDatabaseError,
} from '@switchboard/postgres';
import { ConfigError } from './config.ts';

export class DatabaseCheck {
  readonly #database: Database;
  readonly #logger: Logger;
  #isUsable = false;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** At the start. Throws ConfigError for a problem that waiting cannot solve. A server that is away does not fail the start. */
  async start(): Promise<void> {
    try {
      await this.ready();
    } catch (error) {
      if (error instanceof UnusableDatabaseError) throw new ConfigError(error.message, { cause: error });
      if (!(error instanceof PostgresUnavailableError)) throw error;
      this.#logger.warn({ error_message: error.message }, 'Starting without Postgres.');
    }
  }

  /** Resolves when Postgres answers and is usable; throws InfrastructureError when not. */
  async ready(): Promise<void> {
    if (this.#isUsable) return this.#database.ping();
    await checkDatabase(this.#database);
    this.#isUsable = true;
  }
}
