// Every migration in order. A migration that has landed is never edited: the next one mends it.
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
import { claimedRows } from './0017_claimed_rows.ts';
import { spoolRefusals } from './0026_spool_refusals.ts';
import { secretAge } from './0027_secret_age.ts';
import { modelFallbackReason } from './0032_model_fallback_reason.ts';

/** A step of the schema: applied once, by name, inside a transaction. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
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
  claimedRows,
  spoolRefusals,
  secretAge,
  modelFallbackReason,
];
