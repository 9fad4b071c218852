// How an integration is delivered to: its own word first, then what its sink knows of the other side, then the defaults.
import { deliverySettings } from '@switchboard/contracts';
import type { Sink } from '@switchboard/sink';
import type { Integration } from '../settings/integrations.ts';
import type { Timing } from '../timing.ts';
import type { QueueSettings } from './integration-queue.ts';

const CONCURRENCY = 64;

/** Fills in what an integration leaves open. One whose settings cannot work has defaults: nothing is called for it. */
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
      concurrency: concurrency ?? sink?.limits?.concurrency ?? CONCURRENCY,
    },
  };
}
