// Writes a file of integrations and tenants into the tables. Applying the same file again changes nothing. What the
// file does not name stays as it is.
import {
  type Database,
  type IntegrationRow,
  integrationSecretPlace,
  type Queryable,
  type SecretBox,
} from '@switchboard/postgres';
import { applyTenant } from './apply-tenants.ts';
import { type ApplyReport, canonical, opens } from './as-stored.ts';
import { renameHashedSecrets, reseal } from './reseal.ts';
import type { IntegrationEntry, IntegrationsFile } from './integrations-file.ts';

interface StoredIntegration extends IntegrationRow {
  readonly active_from: Date;
  /** Why it is disabled; null if it is not. */
  readonly disabled_reason: string | null;
}

/** Applies a file in one transaction. */
export async function applyIntegrations(
  database: Database,
  box: SecretBox,
  file: IntegrationsFile,
): Promise<ApplyReport> {
  const report: ApplyReport = { created: [], changed: [], unchanged: [], enabled: [], resealed: 0 };
  await database.transaction(async (tx) => {
    await renameHashedSecrets(tx, box);
    report.resealed = await reseal(tx, box);
    for (const tenant of file.tenants) await applyTenant(tx, box, tenant, report);
    for (const integration of file.integrations) await applyIntegration(tx, box, integration, report);
  });
  return report;
}

async function applyIntegration(
  tx: Queryable,
  box: SecretBox,
  entry: IntegrationEntry,
  report: ApplyReport,
): Promise<void> {
  const [before] = await tx.query<StoredIntegration>(
    `select tenant_id, sink, config, secrets, mapping, rules, delivery, active, active_from,
       (select coalesce(reason, 'unknown reason') from integration_state s
         where s.integration_id = g.id and s.status = 'disabled') as disabled_reason
     from integrations g where id = $1 for update`,
    [entry.id],
  );
  if (before && isSame(before, entry, box)) {
    report.unchanged.push(entry.id);
    return;
  }
  const sealed = Object.fromEntries(
    Object.entries(entry.secrets).map(([field, value]) => [
      field,
      box.seal(value, integrationSecretPlace(entry.tenant, entry.id, field)),
    ]),
  );
  await tx.query(
    `insert into integrations (id, tenant_id, sink, config, secrets, active, active_from, mapping, rules, delivery)
     values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, $9, $10)
     on conflict (id) do update set
       tenant_id = excluded.tenant_id, sink = excluded.sink, config = excluded.config, secrets = excluded.secrets,
       mapping = excluded.mapping, rules = excluded.rules, delivery = excluded.delivery, active = excluded.active,
       active_from = coalesce($7, integrations.active_from), updated_at = now()`,
    [
      entry.id,
      entry.tenant,
      entry.sink,
      JSON.stringify(entry.config),
      JSON.stringify(sealed),
      entry.active,
      entry.active_from ?? null,
      JSON.stringify(entry.mapping),
      JSON.stringify(entry.rules),
      JSON.stringify(entry.delivery),
    ],
  );
  await updateState(tx, entry, before);
  if (before && !before.active && entry.active) {
    report.enabled.push(
      before.disabled_reason === null
        ? entry.id
        : `${entry.id} (it failed for too long: ${before.disabled_reason})`,
    );
  }
  (before ? report.changed : report.created).push(entry.id);
}

/** Updates the stored state if the integration is switched on or off. */
async function updateState(
  tx: Queryable,
  { id, active }: IntegrationEntry,
  before: StoredIntegration | undefined,
): Promise<void> {
  if (!active) {
    // It was disabled. Now it is off, because the file says so.
    await tx.query(
      `update integration_state set status = 'ok', reason = null, failing_since = null, told = 0, updated_at = now()
       where integration_id = $1 and status = 'disabled'`,
      [id],
    );
  } else if (before && !before.active) {
    // Its deliveries have waited meanwhile. Their longest wait begins again.
    await tx.query(
      `insert into integration_state (integration_id, status, parked_until) values ($1, 'ok', now())
       on conflict (integration_id) do update set parked_until = excluded.parked_until`,
      [id],
    );
  }
}

function isSame(before: StoredIntegration, entry: IntegrationEntry, box: SecretBox): boolean {
  const place = (field: string) => integrationSecretPlace(entry.tenant, entry.id, field);
  const fields = Object.keys(entry.secrets);
  return (
    before.tenant_id === entry.tenant &&
    before.sink === entry.sink &&
    before.active === entry.active &&
    (entry.active || before.disabled_reason === null) &&
    (entry.active_from === undefined || before.active_from.getTime() === entry.active_from.getTime()) &&
    canonical(before.config) === canonical(entry.config) &&
    canonical(before.mapping) === canonical(entry.mapping) &&
    canonical(before.rules) === canonical(entry.rules) &&
    canonical(before.delivery) === canonical(entry.delivery) &&
    fields.length === Object.keys(before.secrets).length &&
    fields.every((field) =>
      opens(() => box.open(before.secrets[field] ?? '', place(field)) === entry.secrets[field]),
    )
  );
}
