// The integrations of the sinks hosted here, in memory: validated and decrypted once per change. An integration with
// settings that cannot be used is kept with the reason: its deliveries wait, others do not.
import type { Logger, Rule } from '@switchboard/contracts';
import {
  type Database,
  type IntegrationRow,
  integrationSecretPlace,
  type SecretBox,
} from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { readRules, readSettings, type Settings } from './settings.ts';

interface StoredIntegration extends IntegrationRow {
  readonly id: string;
  readonly slot: number;
  readonly rules_version: string;
  readonly version: string;
  readonly row_version: string;
}

/** The rules of an integration, as this process knows them. */
export interface IntegrationRules {
  readonly id: string;
  /** Of the rules: intake compares it with the table. */
  readonly version: string;
  /** Undefined when they are invalid. */
  readonly rules: readonly Rule[] | undefined;
}

/** An integration, as this process knows it. */
export interface Integration {
  readonly id: string;
  /** Of the settings: the time of their last change. Secrets that are only encrypted again keep it. */
  readonly version: string;
  /** Of the row (`xmin`): every change of it has another. */
  readonly rowVersion: string;
  readonly rulesVersion: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly slot: number;
  readonly active: boolean;
  readonly settings: Settings;
  /** Undefined when they are invalid. They hold whether or not the other settings can be used. */
  readonly rules: readonly Rule[] | undefined;
  /** Whether it has secrets that must be decrypted. */
  readonly hasSecrets: boolean;
}

/** All integrations of the hosted sinks. */
export class Integrations {
  private readonly byId = new Map<string, Integration>();
  /** By sink and tenant; undefined after a change. */
  private byTenant: Map<string, Integration[]> | undefined;
  private readonly rulesByTenant = new Map<string, readonly IntegrationRules[]>();
  private readonly sinks: ReadonlyMap<string, Sink>;

  constructor(
    private readonly db: Database,
    private readonly box: SecretBox,
    sinks: readonly Sink[],
    private readonly logger: Logger,
  ) {
    this.sinks = new Map(sinks.map((sink) => [sink.name, sink]));
  }

  /**
   * Brings all of them up to date with the table, by the version of each row. A time of the last look would not do: a change
   * gets its time when its transaction begins, and becomes visible when that ends.
   */
  async refresh(): Promise<void> {
    const before = new Map(this.byId);
    const stored = await this.db.query<Pick<StoredIntegration, 'id' | 'row_version'>>(
      'select id, xmin::text as row_version from integrations where sink = any($1::text[])',
      [[...this.sinks.keys()]],
    );
    const changed = stored.filter((row) => this.byId.get(row.id)?.rowVersion !== row.row_version);
    if (changed.length > 0) await this.load(changed.map(({ id }) => id));
    for (const { id } of stored) before.delete(id);
    for (const [id, integration] of before) {
      // It may have been created again and read meanwhile.
      if (this.byId.get(id) === integration) this.byId.delete(id);
    }
    if (before.size > 0) this.clearIndexes();
  }

  /** Reads the integrations with these ids. */
  async load(ids: readonly string[]): Promise<void> {
    const rows = await this.db.query<StoredIntegration>(
      `select id, tenant_id, sink, active, config, secrets, mapping, rules, delivery, slot, md5(rules::text) as rules_version,
         updated_at::text as version, xmin::text as row_version
       from integrations where sink = any($1::text[]) and id = any($2::text[])`,
      [[...this.sinks.keys()], ids],
    );
    for (const row of rows) {
      const before = this.byId.get(row.id);
      if (before?.rowVersion === row.row_version) continue;
      const settings = this.settingsOf(row);
      this.byId.set(row.id, {
        id: row.id,
        version: row.version,
        rowVersion: row.row_version,
        rulesVersion: row.rules_version,
        tenantId: row.tenant_id,
        sink: row.sink,
        slot: row.slot,
        active: row.active,
        settings,
        rules: readRules(row),
        hasSecrets: Object.keys(row.secrets ?? {}).length > 0,
      });
      this.clearIndexes();
      if (!settings.ok) {
        this.logger.warn(
          { integration_id: row.id, tenant_id: row.tenant_id, error_message: settings.reason },
          'The settings of an integration cannot be used; its deliveries wait.',
        );
      }
    }
  }

  /** The settings of an integration; undefined when the sink has no integration with that id. */
  async of(id: string, sink: string): Promise<Settings | undefined> {
    if (this.byId.get(id)?.sink !== sink) await this.load([id]);
    const integration = this.byId.get(id);
    return integration?.sink === sink ? integration.settings : undefined;
  }

  /** The rules of a tenant's integrations of a sink; integrations without rules are left out. */
  rulesOf(sink: string, tenantId: string): readonly IntegrationRules[] {
    const integrations = this.ofTenant(sink, tenantId);
    // No entry for a tenant without integrations: events may name any tenant.
    if (integrations.length === 0) return [];
    const key = tenantKey(sink, tenantId);
    const cached = this.rulesByTenant.get(key);
    if (cached !== undefined) return cached;
    const found = integrations.flatMap(({ id, rules, rulesVersion: version }) =>
      rules?.length === 0 ? [] : [{ id, version, rules }],
    );
    this.rulesByTenant.set(key, found);
    return found;
  }

  /** Whether this process knows the integration. */
  has(id: string): boolean {
    return this.byId.has(id);
  }

  /**
   * How many integrations in use have secrets, and for how many of these ENCRYPTION_KEY lacks the key: it can decrypt none
   * of what was encrypted with another one.
   */
  secrets(): { readonly total: number; readonly keyUnknown: number } {
    const found = [...this.byId.values()].filter(({ active, hasSecrets }) => active && hasSecrets);
    return { total: found.length, keyUnknown: found.filter(isKeyUnknown).length };
  }

  /** All of them. */
  all(): Iterable<Integration> {
    return this.byId.values();
  }

  /** A tenant's integrations of a sink. */
  ofTenant(sink: string, tenantId: string): readonly Integration[] {
    this.byTenant ??= this.indexByTenant();
    return this.byTenant.get(tenantKey(sink, tenantId)) ?? [];
  }

  /** For all tenants at once: one pass for each tenant would take quadratic time after each change. */
  private indexByTenant(): Map<string, Integration[]> {
    const byTenant = new Map<string, Integration[]>();
    for (const integration of this.byId.values()) {
      const key = tenantKey(integration.sink, integration.tenantId);
      const others = byTenant.get(key);
      if (others === undefined) byTenant.set(key, [integration]);
      else others.push(integration);
    }
    return byTenant;
  }

  private clearIndexes(): void {
    this.byTenant = undefined;
    this.rulesByTenant.clear();
  }

  private settingsOf(row: StoredIntegration): Settings {
    return readSettings(this.sinks.get(row.sink) as Sink, row, (sealed, field) =>
      this.box.open(sealed, integrationSecretPlace(row.tenant_id, row.id, field)),
    );
  }
}

/** Whether its secrets need a key that ENCRYPTION_KEY does not have. Its deliveries wait, and nobody's failure is counted. */
export function isKeyUnknown({ settings }: Pick<Integration, 'settings'>): boolean {
  return !settings.ok && settings.keyUnknown === true;
}

function tenantKey(sink: string, tenantId: string): string {
  return `${sink}/${tenantId}`;
}
