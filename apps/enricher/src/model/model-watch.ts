// Reports when the model gives no usable answers with a key: in the log at the beginning and the end, and in the service's
// health if it is the platform's key.
import type { Logger } from '@switchboard/contracts';
import type { Omittable } from '@switchboard/egress/chat';
import type { Condition } from '@switchboard/service';
import type { HoldReason } from './circuit.ts';
import type { HoldChange } from './key-line.ts';

/** State of the model as `/health` shows it; a rate limit that passes by itself is `connected`. */
export type ModelState = 'connected' | 'not_configured' | Exclude<HoldReason, 'rate_limited'>;

/** For `/health`: how the model stands with the platform's own key. */
export function modelState(apiKey: string | undefined, hold: HoldReason | undefined): ModelState {
  if (apiKey === undefined) return 'not_configured';
  return hold === undefined || hold === 'rate_limited' ? 'connected' : hold;
}

/** The service goes on without the model, and less well. */
export function conditionOf(model: ModelState): Condition {
  return { degraded: model !== 'connected' && model !== 'not_configured', details: { model } };
}

/** What is told of keys; `platformKey` is the one of tenants that have none. */
export function watchOver(logger: Logger, platformKey: string | undefined): (change: HoldChange) => void {
  return ({ apiKey, tenantId, reason, error }) => {
    const owner = apiKey === platformKey ? { key: 'platform' } : { key: 'tenant', tenant_id: tenantId };
    if (reason === undefined) return logger.info(owner, 'The model answers with this key again.');
    logger.error(
      { ...owner, reason, error_code: error?.code, error_message: error?.message },
      'The model gives no usable answers with this key; events get the local analysis. Run setup check model.',
    );
  };
}

/** Told once of each parameter. */
export function parameterRefused(logger: Logger): (parameter: Omittable) => void {
  return (parameter) =>
    logger.info({ parameter }, "The model's server refuses a parameter; it is left out from now on.");
}
