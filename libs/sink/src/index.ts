export { byStatus, type StatusTable } from './author/by-status.ts';
export { type Auth } from './auth/auth.ts';
export { apiKey, basic, bearer } from './auth/credentials.ts';
export { oauth2 } from './auth/oauth2.ts';
export { hmac, standardWebhooks } from './auth/signatures.ts';
export {
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
export { type HttpReply, retryAfter } from '@switchboard/egress';
export { run } from './run.ts';
export { tryOnce, type Trial } from './try-once.ts';
