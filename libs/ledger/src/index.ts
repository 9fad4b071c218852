export { DeadLetterError, type DeadLetterId, parseId } from './dead-letters/dead-letter.ts';
export { deleteOldDeadLetters, indexDeadRecords } from './dead-letters/dead-letter-index.ts';
export { discardDeadLetters } from './dead-letters/discard-dead-letters.ts';
export { type DeliveryDryRun, dryRunReplay, type ReplayDryRun } from './dead-letters/dry-run-replay.ts';
export { editDeadLetter } from './dead-letters/edit-dead-letter.ts';
export { type ReplayResult, replayDeadLetters } from './dead-letters/replay-dead-letters.ts';
export {
  countDeadLetters,
  type DeadLetter,
  type DeadLetterCount,
  searchDeadLetters,
} from './dead-letters/search-dead-letters.ts';
export {
  type DeadLetterFilter,
  type DeadLetterSelection,
  deadLetterFilter,
} from './dead-letters/selection.ts';
export { type DeliveryDetails, type RecordDetails, showDeadLetter } from './dead-letters/show-dead-letter.ts';
export {
  type IntegrationHealth,
  IntegrationStates,
  type IntegrationStatus,
  type LoadedState,
  MANY_REJECTED,
  type Operation,
  PARKED_STATUSES,
  type StatusCount,
  type StoredState,
} from './deliveries/integration-states.ts';
export {
  type ClaimableIntegration,
  type ClaimRequest,
  type IntakeResult,
  Ledger,
  type NewEvent,
  type RuleDecisions,
} from './deliveries/ledger.ts';
export {
  type Claim,
  dayOf,
  forcedCount,
  type LedgerRow,
  stepsOfForcedReplay,
  THROWN_STEP,
  UNDECIDED_STEP,
} from './deliveries/ledger-row.ts';
export type { OutcomeEntry, ReleasedRow, RequestSummary } from './deliveries/ledger-write.ts';
export { deleteOldLinks, LINKS_PER_CALL, Links } from './deliveries/links.ts';
export {
  AbandonedError,
  RefusedValueError,
  retryAnythingUntilWritten,
  retryEachUntilWritten,
  retryUntilWritten,
  type WriteRetries,
} from './deliveries/retry-until-written.ts';
export { sanitizedJson, sanitizeText } from './deliveries/sanitize.ts';
export { type SlotStatus, Slots } from './deliveries/slots.ts';
export { ClaimLostError, StepStore } from './deliveries/step-store.ts';
export { MAX_DEAD_PER_CALL, type RowCount, WaitingRows } from './deliveries/waiting-rows.ts';
export { type CatalogEntry, type CatalogField, updateCatalog } from './jobs/catalog.ts';
export {
  type DryRequest,
  type DryRunInput,
  JOB_TIMEOUT_SECONDS,
  type Job,
  JobError,
  type JobErrorCode,
  type JobOutcome,
  type JobResult,
  jobInput,
  type PreviewedEvent,
  type SimulatedAnswer,
  type TestInput,
  unsavedSettings,
} from './jobs/job.ts';
export { type JobRequest, readJob, requestJob } from './jobs/request-job.ts';
export { OperationRelay } from './operations/operation-relay.ts';
export { maintainPartitions, type PartitionMaintenance } from './partitions/maintain-partitions.ts';
