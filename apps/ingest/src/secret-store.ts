// The active signing secrets: the tenants' own from Postgres, read again every few seconds, and the platform-wide ones
// from the environment. While Postgres is away the last ones read stay valid.
import type { Logger } from '@switchboard/contracts';
import {
  type Database,
  PostgresUnavailableError,
  type SecretBox,
  webhookSecretPlace,
} from '@switchboard/postgres';
import type { SigningSecret } from './signature.ts';

const REFRESH_MS = 5_000;

interface SecretRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly sealed: string;
}

/** Secrets that signatures are checked against. */
export class SecretStore {
  readonly #platformWide: readonly SigningSecret[];
  readonly #database: Database;
  readonly #box: SecretBox;
  readonly #logger: Logger;
  #secrets: readonly SigningSecret[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, box: SecretBox, platformWide: readonly string[], logger: Logger) {
    this.#database = database;
    this.#box = box;
    this.#logger = logger;
    this.#platformWide = platformWide.map((secret) => ({ tenantId: undefined, secret: Buffer.from(secret) }));
  }

  /** Every active secret; undefined while the tenants' own could not be read yet, when no signature can be judged. */
  current(): readonly SigningSecret[] | undefined {
    return this.#secrets;
  }

  /** Reads once and goes on reading. Postgres being away is no reason not to start. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads the secrets again. A secret that does not open is left out and named. */
  async refresh(): Promise<void> {
    try {
      const rows = await this.#database.query<SecretRow>(
        'select id, tenant_id, sealed from webhook_secrets where active order by id',
      );
      this.#secrets = [...rows.flatMap((row) => this.#open(row)), ...this.#platformWide];
    } catch (error) {
      if (!(error instanceof PostgresUnavailableError)) throw error;
      this.#logger.warn(
        { error_message: error.message },
        'Signing secrets could not be read; the last ones stay valid.',
      );
    }
  }

  #open(row: SecretRow): SigningSecret[] {
    try {
      const secret = this.#box.open(row.sealed, webhookSecretPlace(row.tenant_id, row.id));
      return [{ tenantId: row.tenant_id, secret: Buffer.from(secret) }];
    } catch (error) {
      this.#logger.error(
        { tenant_id: row.tenant_id, secret_id: row.id, error_message: String(error) },
        'A signing secret does not open; check ENCRYPTION_KEY and apply the integrations again.',
      );
      return [];
    }
  }
}
