// All migrations in order. A released migration is never changed: a later one corrects it.
import { integrations } from './0001_integrations.ts';
import { spool } from './0002_spool.ts';
import { ledger } from './0003_ledger.ts';
import { counts } from './0004_counts.ts';
import { sinkCatalog } from './0005_sink_catalog.ts';
import { deliveryRuntime } from './0006_delivery_runtime.ts';
import { deadLetters } from './0007_dead_letters.ts';
import { sinkJobs } from './0008_sink_jobs.ts';
import { deliveryKeys } from './0009_delivery_keys.ts';
import { parkedUntil } from './0010_parked_until.ts';
import { dueByType } from './0011_due_by_type.ts';
import { traceContext } from './0012_trace_context.ts';
import { model } from './0013_model.ts';
import { linksAndRefreshes } from './0014_links_and_refreshes.ts';
import { partFailures } from './0015_part_failures.ts';
import { claimedRows } from './0017_claimed_rows.ts';
import { waitingRows } from './0018_waiting_rows.ts';
import { eventTotals } from './0021_event_totals.ts';
import { eventTotalsOfBefore } from './0022_event_totals_of_before.ts';
import { spoolRefusals } from './0026_spool_refusals.ts';
import { secretAge } from './0027_secret_age.ts';
import { prepareJobs } from './0029_prepare.ts';
import { modelFallbackReason } from './0032_model_fallback_reason.ts';

/** A change of the schema, applied once, by name. The previous release must be able to use the result: docs/decisions/0016. */
export interface Migration {
  readonly name: string;
  /** Runs in one transaction, which also records the name. */
  readonly sql?: string;
  /**
   * Statements that take long on a large table, for example for indexes. Each runs outside a transaction, before `sql`. After
   * a failure the next run starts again with the first one, so each must be repeatable. `concurrently` is that word, or
   * empty in a new schema.
   */
  readonly online?: (concurrently: string) => readonly string[];
  /** For a migration that drops or renames something: a release without this earlier migration cannot use the result. */
  readonly requires?: string;
}

export const migrations: readonly Migration[] = [
  integrations,
  spool,
  ledger,
  counts,
  sinkCatalog,
  deliveryRuntime,
  deadLetters,
  sinkJobs,
  deliveryKeys,
  parkedUntil,
  dueByType,
  traceContext,
  model,
  linksAndRefreshes,
  partFailures,
  claimedRows,
  waitingRows,
  eventTotals,
  eventTotalsOfBefore,
  spoolRefusals,
  secretAge,
  prepareJobs,
  modelFallbackReason,
];
