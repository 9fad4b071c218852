// The active signing secrets: those of tenants from Postgres, read again every few seconds, and the platform-wide ones from
// the environment. While Postgres is away the secrets that were read last stay valid.
import type { Logger } from '@switchboard/contracts';
import {
  type Database,
  PostgresUnavailableError,
  type SecretBox,
  webhookSecretPlace,
} from '@switchboard/postgres';
import { MAX_UNNAMED, SecretIndex } from './secret-index.ts';
import type { SigningSecret } from './signature.ts';

const REFRESH_MS = 5_000;
/** Secrets of this age are stale: changes, also revocations, have not been seen for so long. */
const STALE_MS = 30_000;

interface SecretRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly sealed: string;
}

/** Whether the tenants' secrets were never read, read lately, or read too long ago. */
export type Freshness = 'unread' | 'current' | 'stale';

/** Secrets that signatures are checked against. */
export class SecretStore {
  readonly #platformWide: readonly SigningSecret[];
  readonly #database: Database;
  readonly #box: SecretBox;
  readonly #logger: Logger;
  #index: SecretIndex;
  /** A cache by row and sealed value: decryption is expensive, and rows seldom change. */
  #opened = new Map<string, SigningSecret | undefined>();
  #readAt: number | undefined;
  #fault: string | undefined;
  #partial = false;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, box: SecretBox, platformWide: readonly string[], logger: Logger) {
    this.#database = database;
    this.#box = box;
    this.#logger = logger;
    this.#platformWide = platformWide.map((secret) => ({ tenantId: undefined, secret: Buffer.from(secret) }));
    this.#index = new SecretIndex(this.#platformWide);
  }

  /** The secrets as last read; without those of tenants until they could be read. */
  current(): SecretIndex {
    return this.#index;
  }

  get freshness(): Freshness {
    if (this.#readAt === undefined) return 'unread';
    return performance.now() - this.#readAt > STALE_MS ? 'stale' : 'current';
  }

  /** Reads once, and then regularly. Starts also while Postgres is away; throws when Postgres refuses the statement. */
  async start(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof PostgresUnavailableError)) throw error;
      this.#logFault(error);
    }
    this.#timer = setInterval(() => {
      this.#reading ??= this.#refresh().then(() => {
        this.#reading = undefined;
      });
    }, REFRESH_MS);
    this.#timer.unref();
  }

  /** Stops reading. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
  }

  async #refresh(): Promise<void> {
    try {
      await this.#read();
      this.#fault = undefined;
    } catch (error) {
      this.#logFault(error);
    }
  }

  /** Logs each kind of failure once; `freshness` shows how long it lasts. */
  #logFault(error: unknown): void {
    const { name, message } = error as Error;
    if (this.#fault === name) return;
    this.#fault = name;
    const level = error instanceof PostgresUnavailableError ? 'warn' : 'error';
    this.#logger[level](
      { error_message: message },
      "The tenants' signing secrets cannot be read; the last ones read stay valid; retrying.",
    );
  }

  /** Older tenants come first, so that a new tenant never displaces an older one. */
  async #read(): Promise<void> {
    const rows = await this.#database.query<SecretRow>(
      `select id, tenant_id, sealed from (
         select id, tenant_id, sealed, active, created_at, min(created_at) over (partition by tenant_id) as since
         from webhook_secrets
       ) as known where active order by since, tenant_id, created_at, id`,
    );
    const opened = new Map<string, SigningSecret | undefined>();
    for (const row of rows) {
      const name = `${row.id} ${row.sealed}`;
      opened.set(name, this.#opened.has(name) ? this.#opened.get(name) : this.#open(row));
    }
    this.#opened = opened;
    const secrets = [...opened.values()].filter((one) => one !== undefined);
    this.#index = new SecretIndex(this.#platformWide, secrets);
    this.#readAt = performance.now();
    const partial = secrets.length > MAX_UNNAMED;
    if (partial && !this.#partial) {
      this.#logger.warn(
        { secrets: secrets.length, tried: MAX_UNNAMED },
        'There are more signing secrets than are tried for a webhook that names no tenant. Senders must send tenant_id in the body or post to /webhooks/helpninja/TENANT.',
      );
    }
    this.#partial = partial;
  }

  #open(row: SecretRow): SigningSecret | undefined {
    try {
      const secret = this.#box.open(row.sealed, webhookSecretPlace(row.tenant_id, row.id));
      return { tenantId: row.tenant_id, secret: Buffer.from(secret) };
    } catch (error) {
      this.#logger.error(
        { tenant_id: row.tenant_id, secret_id: row.id, error_message: String(error) },
        'A signing secret cannot be decrypted; check ENCRYPTION_KEY and apply the integrations again.',
      );
      return undefined;
    }
  }
}
