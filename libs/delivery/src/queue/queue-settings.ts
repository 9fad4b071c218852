// How an integration is delivered to: its own settings first, then what its sink declares about the other side, then the
// defaults.
import { type DeliverySettings, deliverySettings } from '@switchboard/contracts';
import type { Batch, Sink } from '@switchboard/sink';
import type { Integration } from '../settings/integrations.ts';
import type { Timing } from '../timing.ts';
import type { Ages } from './age.ts';
import type { Limits } from './limiter.ts';

/** Concurrent attempts of an integration where neither it nor its sink sets a limit. */
const DEFAULT_CONCURRENCY = 64;

/** The settings of one queue, with all gaps filled. */
export interface QueueSettings {
  /** The version of the integration that these settings were read from. */
  readonly version: string;
  readonly delivery: DeliverySettings;
  readonly limits: Limits;
  /** How long deliveries may wait. Undefined when the settings cannot be read: the ledger expires rows then. */
  readonly ages?: Ages | undefined;
  /** Event types that the sink accepts. */
  readonly types: readonly string[];
  /** Seconds between two probes of a broken integration. */
  readonly holdSeconds: number;
  /** Set when the sink takes several events in one call. */
  readonly batch?: Pick<Batch, 'size' | 'waitSeconds'> | undefined;
}

/** Fills the gaps in an integration's settings. Unusable settings get defaults: no call is made with them. */
export function settingsFor(
  { settings, version }: Integration,
  sink: Sink | undefined,
  { holdSeconds }: Pick<Timing, 'holdSeconds'>,
): QueueSettings {
  const delivery = settings.ok ? settings.delivery : deliverySettings.parse({});
  const { per_second, concurrency, ...rest } = delivery.limits;
  return {
    version,
    delivery,
    ages: settings.ok ? delivery : undefined,
    holdSeconds,
    batch: sink?.batch,
    types: sink?.accepts.map(({ type }) => type) ?? [],
    limits: {
      ...rest,
      per_second: per_second ?? sink?.limits?.perSecond ?? null,
      concurrency: concurrency ?? sink?.limits?.concurrency ?? DEFAULT_CONCURRENCY,
    },
  };
}
