export * from './config.ts';
export type { ConnectionState } from './health.ts';
export { kafkaObserver } from './kafka-observer.ts';
export * from './logger.ts';
export * from './metrics.ts';
export type { Platform } from './platform.ts';
export * from './run-service.ts';
export * from './settings.ts';
export * from './webhook-totals.ts';
