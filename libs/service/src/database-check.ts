// Whether Postgres is one that this service can work with: looked at when the service starts, and where Postgres was away
// then, each time that readiness is asked, until it is known.
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

  /** At the start. Throws ConfigError for what waiting cannot mend; a server that is away is no reason not to start. */
  async start(): Promise<void> {
    try {
      await this.ready();
    } catch (error) {
      if (error instanceof UnusableDatabaseError) throw new ConfigError(error.message, { cause: error });
      if (!(error instanceof PostgresUnavailableError)) throw error;
      this.#logger.warn({ error_message: error.message }, 'Starting without Postgres.');
    }
  }

  /** Resolves when Postgres answers and is usable; throws what it is not, InfrastructureError. */
  async ready(): Promise<void> {
    if (this.#isUsable) return this.#database.ping();
    await checkDatabase(this.#database);
    this.#isUsable = true;
  }
}
