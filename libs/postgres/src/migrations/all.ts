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
import { partFailures } from './0015_part_failures.ts';
import { claimedRows } from './0017_claimed_rows.ts';
import { waitingRows } from './0018_waiting_rows.ts';
import { eventTotals } from './0021_event_totals.ts';
import { eventTotalsOfBefore } from './0022_event_totals_of_before.ts';
import { spoolRefusals } from './0026_spool_refusals.ts';
import { secretAge } from './0027_secret_age.ts';
import { prepareJobs } from './0029_prepare.ts';
import { modelFallbackReason } from './0032_model_fallback_reason.ts';

/** A step of the schema, applied once, by name. The release before goes on working on the result: docs/decisions/0016. */
export interface Migration {
  readonly name: string;
  /** Runs in one transaction, which also notes the name. */
  readonly sql?: string;
  /**
   * Statements that take long on a full table, as indexes: each runs by itself, before `sql`. When one fails, the next run
   * of migrations begins with the first, so each must bear repeating. `concurrently` is that word, or nothing where the schema is new.
   */
  readonly online?: (concurrently: string) => readonly string[];
  /** Where it drops or renames something: a release that does not know this earlier migration cannot run on the result. */
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
