export { BATCH } from './attempt/batch-membership.ts';
export { MAX_RESPONSE_BYTES } from './outgoing-http.ts';
export { run } from './run.ts';
export { SinkRuntime } from './runtime.ts';
export { SecretMask } from './secrecy/secret-mask.ts';
export { TokenKeeper } from './tokens/token-keeper.ts';
export { type StoredTokens, storedTokens, type TokenStore } from './tokens/token-store.ts';
export { type Trial, type TrialResult, tryOnce, tryTogether } from './try-once.ts';
