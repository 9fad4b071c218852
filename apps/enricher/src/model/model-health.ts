// Reports when the model gives no usable answers with a key: in the log at the beginning and at the end, and in the service's
// health when it is the platform's key.
import type { Logger } from '@switchboard/contracts';
import type { Omittable } from '@switchboard/egress/chat';
import type { Condition } from '@switchboard/service';
import type { HoldReason } from './key-breaker.ts';
import type { HoldChange } from './model-key.ts';

/** State of the model as `/health` shows it. A rate limit ends by itself and counts as `connected`. */
export type ModelState = 'connected' | 'not_configured' | Exclude<HoldReason, 'rate_limited'>;

/** The state of the model with the platform's own key. */
export function modelState(apiKey: string | undefined, hold: HoldReason | undefined): ModelState {
  if (apiKey === undefined) return 'not_configured';
  return hold === undefined || hold === 'rate_limited' ? 'connected' : hold;
}

/** Without the model the service is degraded: events get the local analysis. */
export function conditionOf(model: ModelState): Condition {
  return { degraded: model !== 'connected' && model !== 'not_configured', details: { model } };
}

/** Logs changed holds. `platformKey` is the key for tenants that have none. */
export function logHoldChanges(
  logger: Logger,
  platformKey: string | undefined,
): (change: HoldChange) => void {
  return ({ apiKey, tenantId, reason, error }) => {
    const isPlatformKey = apiKey === platformKey;
    const owner = isPlatformKey ? { key: 'platform' } : { key: 'tenant', tenant_id: tenantId };
    if (reason === undefined) return logger.info(owner, 'The model answers with this key again.');
    logger.error(
      { ...owner, reason, error_code: error?.code, error_message: error?.message },
      isPlatformKey
        ? 'The model gives no usable answers with OPENAI_API_KEY; events get the local analysis. Run setup check model.'
        : 'The model gives no usable answers with the key of a tenant; its events get the local analysis. If the key is refused, correct it in the settings of the tenant; setup check model asks with OPENAI_API_KEY only.',
    );
  };
}

/** Logs each refused parameter once. */
export function logRefusedParameters(logger: Logger): (parameter: Omittable) => void {
  return (parameter) =>
    logger.info({ parameter }, "The model's server refuses a parameter; it is left out from now on.");
}
