// The active signing secrets: those of tenants from Postgres, read again every few seconds, and the platform-wide ones from
// the environment. While Postgres is away the secrets that were read last stay valid, and a secret that was encrypted again
// with a key that this process does not have stays valid as it was decrypted last.
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

/** The tenants' secrets: never read, not all decrypted, read too long ago, or as they should be. */
export type SecretsState = 'unread' | 'undecryptable' | 'stale' | 'current';

/** What is known of a row. */
interface KnownRow {
  readonly tenantId: string;
  readonly sealed: string;
  /** `sealed` decrypted; where that fails, what was decrypted for this row before. */
  readonly secret: SigningSecret | undefined;
  readonly isDecrypted: boolean;
}

/** Secrets that signatures are checked against. */
export class SecretStore {
  readonly #platformWide: readonly SigningSecret[];
  readonly #database: Database;
  readonly #box: SecretBox;
  readonly #logger: Logger;
  #index: SecretIndex;
  /** By id of the row. A value is decrypted once: that is expensive, and rows seldom change. */
  #rows: ReadonlyMap<string, KnownRow> = new Map();
  #undecryptable = false;
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

  get state(): SecretsState {
    if (this.#readAt === undefined) return 'unread';
    if (this.#undecryptable) return 'undecryptable';
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

  /** Logs each kind of failure once; `state` shows how long it lasts. */
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
    this.#rows = new Map(rows.map((row) => [row.id, this.#known(row)]));
    const known = [...this.#rows.values()];
    const secrets = known.flatMap(({ secret }) => secret ?? []);
    const withoutSecret = known.filter(({ secret }) => secret === undefined);
    const missingOf = new Set(withoutSecret.map(({ tenantId }) => tenantId));
    this.#index = new SecretIndex(this.#platformWide, secrets, missingOf);
    this.#undecryptable = known.some(({ isDecrypted }) => !isDecrypted);
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

  /** Decrypts a row that is new or has changed. */
  #known({ id, tenant_id: tenantId, sealed }: SecretRow): KnownRow {
    const last = this.#rows.get(id);
    const before = last?.tenantId === tenantId ? last : undefined;
    if (before?.sealed === sealed) return before;
    try {
      const secret = this.#box.open(sealed, webhookSecretPlace(tenantId, id));
      return { tenantId, sealed, secret: { tenantId, secret: Buffer.from(secret) }, isDecrypted: true };
    } catch (error) {
      this.#logger.error(
        { tenant_id: tenantId, secret_id: id, error_message: String(error) },
        'A signing secret cannot be decrypted; check ENCRYPTION_KEY and apply the integrations again.',
      );
      // An id names one secret for ever: a new encrypted value is the same secret under another key.
      return { tenantId, sealed, secret: before?.secret, isDecrypted: false };
    }
  }
}
