// The integrations of the sinks hosted here: settings checked once per change, secrets opened, kept in memory. One with
// settings that cannot work is held with the reason; its rows wait and nobody else's do.
import type { Logger, Rule } from '@switchboard/contracts';
import {
  type Database,
  type IntegrationRow,
  integrationSecretPlace,
  type SecretBox,
} from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { readSettings, type Settings } from './settings.ts';

interface StoredIntegration extends IntegrationRow {
  readonly id: string;
  readonly slot: number;
  readonly rules_version: string;
  readonly version: string;
  readonly updated_at: Date;
}

/** An integration that does not want every event, as far as this process knows. */
export interface Ruled {
  readonly id: string;
  /** Of its rules: tells whether the table has others by now. */
  readonly version: string;
  readonly rules: readonly Rule[];
}

/** An integration as it is known here. */
export interface Known {
  readonly id: string;
  readonly version: string;
  readonly rulesVersion: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly slot: number;
  readonly active: boolean;
  readonly settings: Settings;
}

// A change is visible only when its transaction has ended, with a time from its beginning.
const OVERLAP_MS = 30_000;

/** Settings by integration, refreshed by what has changed. */
export class Integrations {
  private readonly known = new Map<string, Known>();
  /** By sink and tenant, of tenants that have some; made anew after a change. */
  private byTenant: Map<string, Known[]> | undefined;
  private readonly ruled = new Map<string, readonly Ruled[]>();
  private readonly sinks: ReadonlyMap<string, Sink>;
  private since = new Date(0);

  constructor(
    private readonly db: Database,
    private readonly box: SecretBox,
    sinks: readonly Sink[],
    private readonly logger: Logger,
  ) {
    this.sinks = new Map(sinks.map((sink) => [sink.name, sink]));
  }

  /** Reads what has changed since the last time, and those named whatever their time of change says. */
  async refresh(named: readonly string[] = []): Promise<void> {
    const rows = await this.db.query<StoredIntegration>(
      `select id, tenant_id, sink, active, config, secrets, mapping, rules, delivery, slot, md5(rules::text) as rules_version,
         updated_at, updated_at::text as version
       from integrations where sink = any($1::text[]) and (updated_at > $2 or id = any($3::text[]))`,
      [[...this.sinks.keys()], this.since, named],
    );
    for (const row of rows) {
      const before = this.known.get(row.id);
      if (before?.version === row.version && before.rulesVersion === row.rules_version) continue;
      const settings = this.read(row);
      this.known.set(row.id, {
        id: row.id,
        version: row.version,
        rulesVersion: row.rules_version,
        tenantId: row.tenant_id,
        sink: row.sink,
        slot: row.slot,
        active: row.active,
        settings,
      });
      this.forgetIndexes();
      if (!settings.ok) {
        this.logger.warn(
          { integration_id: row.id, tenant_id: row.tenant_id, error_message: settings.reason },
          'An integration has settings that cannot work and is held.',
        );
      }
      const since = new Date(row.updated_at.getTime() - OVERLAP_MS);
      if (since > this.since) this.since = since;
    }
  }

  /** Forgets those that were deleted since they were read. */
  async forgetDeleted(): Promise<void> {
    const sinks = [...this.sinks.keys()];
    const [row] = await this.db.query<{ there: number }>(
      'select count(*) as there from integrations where sink = any($1::text[])',
      [sinks],
    );
    // One that is new and not read yet hides one that is gone, until the next time.
    if ((row?.there ?? 0) >= this.known.size) return;
    const before = new Map(this.known);
    const rows = await this.db.query<{ id: string }>(
      'select id from integrations where sink = any($1::text[])',
      [sinks],
    );
    const there = new Set(rows.map(({ id }) => id));
    for (const [id, known] of before) {
      // Made anew and read meanwhile, it is another.
      if (!there.has(id) && this.known.get(id) === known) this.known.delete(id);
    }
    this.forgetIndexes();
  }

  /** Settings of one integration; undefined when there is none of that id for that sink. */
  async of(id: string, sink: string): Promise<Settings | undefined> {
    if (this.known.get(id)?.sink !== sink) await this.refresh();
    const known = this.known.get(id);
    return known?.sink === sink ? known.settings : undefined;
  }

  /** A tenant's integrations of a sink that have rules. */
  withRules(sink: string, tenantId: string): readonly Ruled[] {
    const those = this.ofTenant(sink, tenantId);
    // Nothing is kept of tenants that events name and nobody has set up.
    if (those.length === 0) return [];
    const place = placeOf(sink, tenantId);
    const known = this.ruled.get(place);
    if (known !== undefined) return known;
    const found = those.flatMap(({ id, settings, rulesVersion: version }): Ruled[] => {
      // One that cannot work is held: what it takes in meanwhile is all there is to choose from later.
      if (!settings.ok) return [{ id, version, rules: [] }];
      return settings.rules.length === 0 ? [] : [{ id, version, rules: settings.rules }];
    });
    this.ruled.set(place, found);
    return found;
  }

  /** Whether it is there, as far as this process knows. */
  has(id: string): boolean {
    return this.known.has(id);
  }

  /** All that are known. */
  all(): Iterable<Known> {
    return this.known.values();
  }

  /** Those of a sink's tenant. */
  ofTenant(sink: string, tenantId: string): readonly Known[] {
    this.byTenant ??= this.indexed();
    return this.byTenant.get(placeOf(sink, tenantId)) ?? [];
  }

  /** All at once: a look through all of them for each tenant would cost the square of their number after each change. */
  private indexed(): Map<string, Known[]> {
    const byTenant = new Map<string, Known[]>();
    for (const one of this.known.values()) {
      const place = placeOf(one.sink, one.tenantId);
      const those = byTenant.get(place);
      if (those === undefined) byTenant.set(place, [one]);
      else those.push(one);
    }
    return byTenant;
  }

  private forgetIndexes(): void {
    this.byTenant = undefined;
    this.ruled.clear();
  }

  private read(row: StoredIntegration): Settings {
    return readSettings(this.sinks.get(row.sink) as Sink, row, (sealed, field) =>
      this.box.open(sealed, integrationSecretPlace(row.tenant_id, row.id, field)),
    );
  }
}

function placeOf(sink: string, tenantId: string): string {
  return `${sink}/${tenantId}`;
}
