// The tenants' insight settings, all in memory: product and competitor names, their own API key of the model, their limits.
// They are read again when they change; while Postgres is away the last state stays valid.
import { setTimeout as wait } from 'node:timers/promises';
import type { Vocabulary } from '@switchboard/analysis';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { type Database, type SecretBox, tenantModelKeyPlace } from '@switchboard/postgres';
import { z } from 'zod';
import type { Limits } from './budget.ts';

/** What a tenant set. */
export interface TenantInsight {
  /** The same object as long as the tenant changes nothing. */
  readonly vocabulary: Vocabulary;
  /** Absent: the tenant has none, or it is unusable. */
  readonly apiKey?: string;
  /** The tenant has a key that cannot be opened: no other may be billed in its place. */
  readonly keyUnusable?: boolean;
  readonly limits: Limits;
}

export interface TenantInsightsOptions {
  readonly database: Database;
  /** Absent: no tenant's key can be opened. */
  readonly box?: SecretBox | undefined;
  readonly logger: Logger;
  /** Ms from one look for changes to the next. */
  readonly everyMs: number;
  /** Is told of a tenant's key where something that the tenant set has changed. */
  readonly changed?: (apiKey: string) => void;
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

const NOTHING_SET: TenantInsight = { vocabulary: { products: [], competitors: [] }, limits: {} };
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

// All times of change and not the latest: of two changes the one that began first may be committed last.
const STATE = `
  select concat(count(*), ' ', sum(extract(epoch from updated_at))) as state from tenant_insight`;

const ALL = `
  select tenant_id, api_key, limits, products, competitors, updated_at::text as version from tenant_insight`;

const PATIENCE_MS = 5_000;

/** The insight settings of every tenant. */
export class TenantInsights {
  /** Resolves when they have been read for the first time; never when stopped before. */
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

  /** Reads them now and goes on looking for changes. */
  start(): void {
    this.running = this.run();
  }

  /** Resolves when the look under way has ended; no other follows. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when they have been read; throws `InfrastructureError` when that takes long: then the event comes again. */
  async ready(): Promise<void> {
    if (this.isLoaded) return;
    const patience = new AbortController();
    const late = wait(PATIENCE_MS, 'late', { signal: patience.signal }).catch(() => 'in time');
    const came = await Promise.race([this.loaded, late]);
    patience.abort();
    if (came !== 'late') return;
    throw new InfrastructureError(
      'POSTGRES_UNAVAILABLE',
      'reading what tenants set about the model: not read yet; check that the server of DATABASE_URL is up',
    );
  }

  /** What a tenant set, as far as this process knows. */
  of(tenantId: string): TenantInsight {
    return this.known.get(tenantId)?.insight ?? NOTHING_SET;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look();
      // Rejects when it is stopped, which the loop sees by itself.
      await wait(this.options.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** An outage of Postgres is logged once, other errors each time. */
  private async look(): Promise<void> {
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
        this.options.changed?.(insight.apiKey);
    }
    // Taken before the rows: what changed in between is seen as a change the next time.
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
      if (box === undefined) throw new Error('opening it needs a key of ours; set ENCRYPTION_KEY');
      return { apiKey: box.open(api_key, tenantModelKeyPlace(tenant_id)) };
    } catch (error) {
      const fields = { tenant_id, error_message: error instanceof Error ? error.message : String(error) };
      logger.warn(
        fields,
        "A tenant's key of the model cannot be opened; its events go on without the model.",
      );
      return { keyUnusable: true };
    }
  }

  /** Limits that cannot be read are none to spend by. */
  private limitsOf({ tenant_id, limits }: Row): Limits {
    const read = storedLimits.safeParse(limits);
    if (!read.success) {
      const fields = { tenant_id, error_message: z.prettifyError(read.error) };
      this.options.logger.warn(
        fields,
        "A tenant's limits cannot be read; its events go on without the model.",
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
