// The insight settings of all tenants, in memory: names of products and competitors, their own API key of the model, limits.
// They are read again when they change. While Postgres is away, the last ones stay valid.
import { setTimeout as wait } from 'node:timers/promises';
import type { Vocabulary } from '@switchboard/analysis';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { type Database, type SecretBox, tenantModelKeyPlace } from '@switchboard/postgres';
import { z } from 'zod';
import type { Limits } from './budget.ts';

/** The settings of one tenant. */
export interface TenantInsight {
  /** Stays the same object until the tenant changes a setting. */
  readonly vocabulary: Vocabulary;
  /** Undefined: the tenant has no key, or it is unusable. */
  readonly apiKey?: string;
  /** The tenant has a key that cannot be decrypted. Another key must not be billed instead. */
  readonly keyUnusable?: boolean;
  readonly limits: Limits;
}

export interface TenantInsightsOptions {
  readonly database: Database;
  /** Undefined: no key can be decrypted. */
  readonly box?: SecretBox | undefined;
  readonly logger: Logger;
  /** Milliseconds between two checks for changes. */
  readonly everyMs: number;
  /** Called with a tenant's key when a setting of the tenant has changed. */
  readonly onChange?: (apiKey: string) => void;
}

interface Row {
  readonly tenant_id: string;
  readonly api_key: string | null;
  readonly limits: unknown;
  readonly products: string[];
  readonly competitors: string[];
  readonly version: string;
}

interface Known {
  readonly version: string;
  readonly insight: TenantInsight;
}

const NO_SETTINGS: TenantInsight = { vocabulary: { products: [], competitors: [] }, limits: {} };
const NOTHING_ALLOWED: Limits = { tokensPerDay: 0 };
const MICRO = 1_000_000;

const tokens = z.int().nonnegative().optional();
const usd = z.number().nonnegative().max(1e9).optional();
const storedLimits = z.object({
  tokens_per_day: tokens,
  tokens_per_month: tokens,
  usd_per_day: usd,
  usd_per_month: usd,
});

// The sum of all times and not the latest one: of two changes, the one that began first may be committed last.
const STATE = `
  select concat(count(*), ' ', sum(extract(epoch from updated_at))) as state from tenant_insight`;

const ALL = `
  select tenant_id, api_key, limits, products, competitors, updated_at::text as version from tenant_insight`;

const READY_TIMEOUT_MS = 5_000;

/** The insight settings of every tenant. */
export class TenantInsights {
  /** Resolves when the settings have been read for the first time; never when stopped before that. */
  readonly loaded: Promise<void>;
  private isLoaded = false;
  private readonly markLoaded: () => void;
  private readonly stopping = new AbortController();
  private known: ReadonlyMap<string, Known> = new Map();
  private state: string | undefined;
  private running: Promise<void> = Promise.resolve();
  private away = false;

  constructor(private readonly options: TenantInsightsOptions) {
    let markLoaded = (): void => undefined;
    this.loaded = new Promise((resolve) => {
      markLoaded = resolve;
    });
    this.markLoaded = markLoaded;
  }

  /** Reads the settings, and checks for changes from then on. */
  start(): void {
    this.running = this.run();
  }

  /** Ends the checks. Resolves when the present one has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when the settings have been read. Throws `InfrastructureError` when that takes long: the event is retried. */
  async ready(): Promise<void> {
    if (this.isLoaded) return;
    const timeout = new AbortController();
    const late = wait(READY_TIMEOUT_MS, 'late', { signal: timeout.signal }).catch(() => 'in time');
    const first = await Promise.race([this.loaded, late]);
    timeout.abort();
    if (first !== 'late') return;
    throw new InfrastructureError(
      'POSTGRES_UNAVAILABLE',
      "reading the tenants' insight settings: not read yet; check that the server of DATABASE_URL is up",
    );
  }

  /** The settings of a tenant, as this process last read them. */
  of(tenantId: string): TenantInsight {
    return this.known.get(tenantId)?.insight ?? NO_SETTINGS;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.check();
      // Rejects when it is stopped; the condition of the loop sees that.
      await wait(this.options.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** An outage of Postgres is logged once, other errors each time. */
  private async check(): Promise<void> {
    const { logger } = this.options;
    try {
      await this.refresh();
      if (this.away) logger.info({}, "The tenants' insight settings can be read again.");
      this.away = false;
    } catch (error) {
      const away = error instanceof InfrastructureError;
      if (!away || !this.away) {
        const fields = { error_message: error instanceof Error ? error.message : String(error) };
        logger.warn(
          fields,
          "The tenants' insight settings cannot be read; the last ones read stay valid; retrying.",
        );
      }
      this.away = away;
    }
  }

  private async refresh(): Promise<void> {
    const { database } = this.options;
    const [now] = await database.query<{ state: string }>(STATE);
    if (now === undefined || now.state === this.state) return;
    const rows = await database.query<Row>(ALL);
    const before = this.known;
    this.known = new Map(
      rows.map((row): [string, Known] => {
        const old = before.get(row.tenant_id);
        if (old?.version === row.version) return [row.tenant_id, old];
        return [row.tenant_id, { version: row.version, insight: this.read(row) }];
      }),
    );
    for (const [tenantId, { version, insight }] of this.known) {
      const old = before.get(tenantId);
      if (old !== undefined && old.version !== version && insight.apiKey !== undefined)
        this.options.onChange?.(insight.apiKey);
    }
    // Read before the rows: a change in between is seen at the next check.
    this.state = now.state;
    this.isLoaded = true;
    this.markLoaded();
  }

  private read(row: Row): TenantInsight {
    const { products, competitors } = row;
    return { vocabulary: { products, competitors }, ...this.keyOf(row), limits: this.limitsOf(row) };
  }

  private keyOf({ tenant_id, api_key }: Row): Pick<TenantInsight, 'apiKey' | 'keyUnusable'> {
    if (api_key === null) return {};
    const { box, logger } = this.options;
    try {
      if (box === undefined) throw new Error('decrypting it needs the setting ENCRYPTION_KEY');
      return { apiKey: box.open(api_key, tenantModelKeyPlace(tenant_id)) };
    } catch (error) {
      const fields = { tenant_id, error_message: error instanceof Error ? error.message : String(error) };
      logger.warn(
        fields,
        "A tenant's key of the model cannot be decrypted; the tenant's events go on without the model.",
      );
      return { keyUnusable: true };
    }
  }

  /** When the limits cannot be read, nothing may be spent. */
  private limitsOf({ tenant_id, limits }: Row): Limits {
    const read = storedLimits.safeParse(limits);
    if (!read.success) {
      const fields = { tenant_id, error_message: z.prettifyError(read.error) };
      this.options.logger.warn(
        fields,
        "A tenant's limits cannot be read; the tenant's events go on without the model.",
      );
      return NOTHING_ALLOWED;
    }
    const { tokens_per_day, tokens_per_month, usd_per_day, usd_per_month } = read.data;
    return {
      ...(tokens_per_day !== undefined && { tokensPerDay: tokens_per_day }),
      ...(tokens_per_month !== undefined && { tokensPerMonth: tokens_per_month }),
      ...(usd_per_day !== undefined && { microUsdPerDay: Math.round(usd_per_day * MICRO) }),
      ...(usd_per_month !== undefined && { microUsdPerMonth: Math.round(usd_per_month * MICRO) }),
    };
  }
}
