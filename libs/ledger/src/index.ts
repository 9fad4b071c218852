export { type Chosen, type DeadLetterFilter, deadLetterFilter } from './dead-letters/chosen.ts';
export { DeadLetterError, type DeadLetterErrorCode } from './dead-letters/dead-letter-error.ts';
export { type DeadLetterId, parseId } from './dead-letters/dead-letter-id.ts';
export { type Discarded, discardDeadLetters } from './dead-letters/discard.ts';
export { type DryDelivery, dryRunDeliveries } from './dead-letters/dry-run.ts';
export { editDeadLetter } from './dead-letters/edit.ts';
export { forcedAnew, forcedOf } from './dead-letters/forced-key.ts';
export { forgetDeadLetters } from './dead-letters/forget.ts';
export { listRecords } from './dead-letters/indexing.ts';
export { type Rehearsal, rehearseReplay } from './dead-letters/rehearse.ts';
export { type Replayed, replayDeadLetters } from './dead-letters/replay.ts';
export { type Count, countDeadLetters, type DeadLetter, searchDeadLetters } from './dead-letters/search.ts';
export { showDeadLetter } from './dead-letters/show.ts';
export type { ShownDelivery, ShownRecord } from './dead-letters/shown.ts';
export { backlogSql, claimDueSql, comingDueSql } from './deliveries/claim-sql.ts';
export { countWaitingSql, expireSql, orphansSql } from './deliveries/ending-sql.ts';
export type { Asked, OutcomeEntry, Released } from './deliveries/entries.ts';
export { freeGoneSql, goneEpochsSql, sweepSql } from './deliveries/free-sql.ts';
export { type Asking, Ledger, type NewEvent, type Ready, type Taken } from './deliveries/ledger.ts';
export { cleanLinks, LINKS_PER_CALL, Links } from './deliveries/links.ts';
export { RefusedValueError } from './deliveries/refused.ts';
export {
  AbandonedError,
  type Persistence,
  retryAnythingUntilWritten,
  retryEachUntilWritten,
  retryUntilWritten,
} from './deliveries/retry-until-written.ts';
export { type Claim, dayOf, type LedgerRow, THROWN } from './deliveries/row.ts';
export type { RuleDecisions } from './deliveries/rule-decisions.ts';
export { Slots, type Surveyed } from './deliveries/slots.ts';
export { intakeSql, recordAndReleaseSql, recordSql, releaseSql, stepsSql } from './deliveries/sql.ts';
export {
  type IntegrationHealth,
  type LoadedState,
  MANY_REJECTED,
  type Operation,
  type SinkStanding,
  States,
  type Status,
  type StoredState,
} from './deliveries/states.ts';
export { ClaimLostError, StepStore } from './deliveries/step-store.ts';
export { storableJson, storableText } from './deliveries/storable.ts';
export { DYING_PER_CALL, type SinkState, Waiting } from './deliveries/waiting.ts';
export { type AskedJob, askJob, type JobRequest, readJob } from './jobs/ask.ts';
export { announce, type CatalogEntry, type CatalogField } from './jobs/catalog.ts';
export {
  type Answer,
  type DryRequest,
  type DryRunInput,
  type Job,
  JobError,
  type JobErrorCode,
  type JobKind,
  type JobOutcome,
  type JobResult,
  jobInput,
  PATIENCE_SECONDS,
  type Previewed,
  type TestInput,
  unsavedSettings,
} from './jobs/job.ts';
export { Relay } from './operations/relay.ts';
export { dayAt, moveInSql, moveOutSql, nameOf, TABLES, type Table } from './partitions/day-partitions.ts';
export { keepPartitions, type Upkeep } from './partitions/partitions.ts';
