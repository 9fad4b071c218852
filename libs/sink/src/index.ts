export { type HttpReply, retryAfter } from '@switchboard/egress';
export { type Auth, type AuthContext, callAuthorized, type OutgoingRequest } from './auth/auth.ts';
export { AuthError } from './auth/auth-error.ts';
export { apiKey, basic, bearer } from './auth/credentials.ts';
export { oauth2 } from './auth/oauth2.ts';
export { hmac, standardWebhooks } from './auth/signatures.ts';
export type { Grant, Tokens } from './auth/tokens.ts';
export { BatchMismatchError } from './batch-mismatch.ts';
export { byStatus, type StatusTable } from './by-status.ts';
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
} from './define-sink.ts';
export { escapeMarkup } from './markup.ts';
export { isMet, type Need, placesOf } from './needs.ts';
export { broken, type DeliveryOutcome, delivered, isOutcome, rejected, retry, skipped } from './outcome.ts';
export type { SinkCall, SinkHttp } from './sink-http.ts';
