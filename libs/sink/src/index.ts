export { byStatus } from './by-status.ts';
export { defineSink, type Idempotency, type Sink, type SinkContext, type SinkEvent } from './define-sink.ts';
export { escapeMarkup } from './markup.ts';
export {
  broken,
  type DeliveryOutcome,
  delivered,
  isOutcome,
  rejected,
  retry,
  skipped,
} from './outcome.ts';
export type { SinkCall, SinkHttp } from './sink-http.ts';
export { type HttpReply, retryAfter } from '@switchboard/egress';
export { run } from './run.ts';
export { tryOnce, type Trial } from './try-once.ts';
