// What the delivery runtime tells of itself on the topic of operations: a closed list of types. They are events as others
// are, so that a reader needs nothing new; the sender's catalogue has none of them, and no webhook can make one.
import { z } from 'zod';
import { defineEvent, type EventDefinition } from './define-event.ts';

const about = {
  integration_id: z.string().min(1).meta({ title: 'Integration', description: 'The one this is about.' }),
  sink: z.string().min(1).meta({ title: 'Sink', description: 'Name of its destination.' }),
};
const reason = z.string().nullable().meta({
  title: 'Reason',
  description: 'What the last failure was, in words without secrets and personal data.',
});
const example = { integration_id: 'acme-crm', sink: 'hubspot' };
const entity = ['integration_id'];

/** It has to be mended by somebody: a token, an address, a permission. Its deliveries wait, none dies. */
export const integrationBroken = defineEvent({
  type: 'integration.broken',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 401' },
});

/** Nothing but failures came back for so large a share of the time after which it is disabled. */
export const integrationFailing = defineEvent({
  type: 'integration.failing',
  entity,
  data: {
    ...about,
    percent: z.union([z.literal(50), z.literal(70), z.literal(90)]).meta({
      title: 'Percent',
      description: 'Share of the time until it is disabled that has passed.',
    }),
    reason,
  },
  example: { ...example, percent: 50, reason: 'calling api.example.com: no response in time' },
});

/** It failed for so long that it is switched off. Its deliveries wait until somebody switches it on again. */
export const integrationDisabled = defineEvent({
  type: 'integration.disabled',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 401' },
});

/** One that was broken has delivered again. */
export const integrationRecovered = defineEvent({
  type: 'integration.recovered',
  entity,
  data: about,
  example,
});

/**
 * A delivery is given up. It stays in the ledger, where it can be mended and tried again. Not told of one that was to
 * tell of an operation.
 */
export const deliveryDead = defineEvent({
  type: 'delivery.dead',
  entity,
  data: {
    ...about,
    delivery_id: z.number().int().meta({ title: 'Delivery', description: 'Its row in the ledger.' }),
    event_id: z.string().min(1).meta({ title: 'Event', description: 'What was to be delivered.' }),
    event_type: z.string().min(1).meta({ title: 'Event type' }),
    attempts: z.number().int().nonnegative().meta({ title: 'Attempts', description: 'Used up in all.' }),
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

/** The other side could not serve, again and again: it is left in peace for a while. */
export const breakerOpened = defineEvent({
  type: 'breaker.opened',
  entity,
  data: { ...about, reason },
  example: { ...example, reason: 'the other side answered 503' },
});

/** The other side serves again. */
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

/** Whether a type is that of an operational event. */
export function isOperation(type: string): type is OperationType {
  return Object.hasOwn(byType, type);
}
