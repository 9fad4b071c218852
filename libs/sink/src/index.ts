export { type HttpReply, retryAfter } from '@switchboard/egress';
export { type Auth } from './auth/auth.ts';
export { apiKey, basic, bearer } from './auth/credentials.ts';
export { oauth2 } from './auth/oauth2.ts';
export { hmac, standardWebhooks } from './auth/signatures.ts';
export { byStatus, type StatusTable } from './author/by-status.ts';
export {
  type Batch,
  type BatchContext,
  type BatchEntry,
  type CheckContext,
  defineSink,
  type Idempotency,
  type Sink,
  type SinkContext,
  type SinkEvent,
} from './author/define-sink.ts';
export { escapeMarkup } from './author/markup.ts';
export {
  broken,
  type DeliveryOutcome,
  delivered,
  isOutcome,
  rejected,
  retry,
  skipped,
} from './author/outcome.ts';
export type { SinkCall, SinkHttp } from './author/sink-http.ts';
export { type Chosen, type DeadLetterFilter, deadLetterFilter } from './dead-letters/chosen.ts';
export { DeadLetterError, type DeadLetterErrorCode } from './dead-letters/dead-letter-error.ts';
export { type DeadLetterId, parseId } from './dead-letters/dead-letter-id.ts';
export { type Discarded, discardDeadLetters } from './dead-letters/discard.ts';
export type { DryDelivery } from './dead-letters/dry-run.ts';
export { editDeadLetter } from './dead-letters/edit.ts';
export { forgetDeadLetters } from './dead-letters/forget.ts';
export { listRecords } from './dead-letters/indexing.ts';
export { type Rehearsal, rehearseReplay } from './dead-letters/rehearse.ts';
export { type Replayed, replayDeadLetters } from './dead-letters/replay.ts';
export { type Count, countDeadLetters, type DeadLetter, searchDeadLetters } from './dead-letters/search.ts';
export { showDeadLetter } from './dead-letters/show.ts';
export type { ShownDelivery, ShownRecord } from './dead-letters/shown.ts';
export { type AskedJob, askJob, type JobRequest, readJob } from './jobs/ask.ts';
export type { JobKind, JobOutcome, JobResult } from './jobs/job.ts';
export { Ledger } from './ledger/ledger.ts';
export { Waiting } from './ledger/waiting.ts';
export { keepPartitions, type Upkeep } from './ledger/partitions.ts';
export { run } from './run.ts';
export { type Trial, tryOnce, tryTogether } from './try-once.ts';
