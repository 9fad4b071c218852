export { type HttpReply, retryAfter } from '@switchboard/egress';
export {
  type Auth,
  type AuthContext,
  AuthError,
  callAuthorized,
  type Grant,
  type OutgoingRequest,
  type Tokens,
} from './auth/auth.ts';
export { apiKey, basic, bearer } from './auth/credentials.ts';
export { oauth2 } from './auth/oauth2.ts';
export { hmac, standardWebhooks } from './auth/signatures.ts';
export { byStatus, type StatusTable } from './by-status.ts';
export type {
  BatchContext,
  BatchEntry,
  CheckContext,
  SinkCall,
  SinkContext,
  SinkEvent,
  SinkHttp,
} from './context.ts';
export { type Batch, defineSink, type Idempotency, type Sink } from './define-sink.ts';
export { escapeMarkup } from './markup.ts';
export { isMet, type Need, placesOf } from './needs.ts';
export {
  BatchMismatchError,
  broken,
  type DeliveryOutcome,
  delivered,
  isOutcome,
  rejected,
  retry,
  skipped,
} from './outcome.ts';
