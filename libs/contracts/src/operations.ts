// The operational events: what the delivery runtime publishes about integrations. They have the form of all events, so
// that any sink can read them. No webhook can make one: ingest accepts such a type, as it accepts any unknown one, but the
// intake of sinks drops what is not on the topic of operational events (read-event.ts in libs/delivery).
import { z } from 'zod';
import { defineEvent, type EventDefinition } from './define-event.ts';

const about = {
  integration_id: z
    .string()
    .min(1)
    .meta({ title: 'Integration', description: 'Id of the integration that this is about.' }),
  sink: z.string().min(1).meta({ title: 'Sink', description: 'Name of its destination.' }),
};
const reason = z.string().nullable().meta({
  title: 'Reason',
  description: 'The last failure, without secrets and personal data.',
});
const example = { integration_id: 'acme-crm', sink: 'hubspot' };
const entity = ['integration_id'];

/**
 * Somebody must correct the integration: its token, address or permissions. Its deliveries wait until then, at most
 * `parked_max_age_seconds`.
 */
export const integrationBroken = defineEvent({
  type: 'integration.broken',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 401' },
});

/** The integration has only failed, for so many percent of the time after which it is disabled. */
export const integrationFailing = defineEvent({
  type: 'integration.failing',
  entity,
  data: {
    ...about,
    percent: z.union([z.literal(50), z.literal(70), z.literal(90)]).meta({
      title: 'Percent',
      description: 'How much of the time until it is disabled has passed.',
    }),
    reason,
  },
  example: { ...example, percent: 50, reason: 'calling api.example.com: no response in time' },
});

/**
 * The integration failed for so long that it was switched off. Its deliveries wait until somebody switches it on again.
 */
export const integrationDisabled = defineEvent({
  type: 'integration.disabled',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 401' },
});

/** An integration that was broken has delivered again. */
export const integrationRecovered = defineEvent({
  type: 'integration.recovered',
  entity,
  data: about,
  example,
});

/**
 * A delivery was given up. It stays in the ledger, where it can be edited and replayed. A dead delivery of an operational
 * event makes no such event: otherwise each one could cause the next.
 */
export const deliveryDead = defineEvent({
  type: 'delivery.dead',
  entity,
  data: {
    ...about,
    delivery_id: z.number().int().meta({ title: 'Delivery', description: 'Its row in the ledger.' }),
    event_id: z
      .string()
      .min(1)
      .meta({ title: 'Event', description: 'Id of the event that was not delivered.' }),
    event_type: z.string().min(1).meta({ title: 'Event type' }),
    attempts: z
      .number()
      .int()
      .nonnegative()
      .meta({ title: 'Attempts', description: 'How many were used up.' }),
    reason,
  },
  example: {
    ...example,
    delivery_id: 1042,
    event_id: 'evt_8f21c0',
    event_type: 'lead.qualified',
    attempts: 3,
    reason: 'the other side answered 503',
  },
});

/** The circuit breaker opened after too many failures: no calls for a while. */
export const breakerOpened = defineEvent({
  type: 'breaker.opened',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 503' },
});

/** The circuit breaker closed: the other side works again. */
export const breakerClosed = defineEvent({ type: 'breaker.closed', entity, data: about, example });

const byType = {
  'integration.broken': integrationBroken,
  'integration.failing': integrationFailing,
  'integration.disabled': integrationDisabled,
  'integration.recovered': integrationRecovered,
  'delivery.dead': deliveryDead,
  'breaker.opened': breakerOpened,
  'breaker.closed': breakerClosed,
};

export type OperationType = keyof typeof byType;

/** Every operational event. */
export const operations: readonly EventDefinition[] = Object.values(byType) as unknown as EventDefinition[];

/** Whether this is the type of an operational event. */
export function isOperation(type: string): type is OperationType {
  return Object.hasOwn(byType, type);
}
