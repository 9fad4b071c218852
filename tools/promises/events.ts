// The events of a plan, and the records in which a consumer would get them.
import { conversationEscalated, encodeHeaders, orderingKey, topics } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import type { PlannedEvent } from './history.ts';
import type { Plan } from './plan.ts';

/** All events, partition after partition: of one key the smaller number comes first. */
export function eventsOf({ partitions }: Pick<Plan, 'partitions'>, run: string): PlannedEvent[] {
  const events: PlannedEvent[] = [];
  for (const [partition, { events: count, keys }] of partitions.entries()) {
    for (let index = 0; index < count; index += 1) {
      // Neither round robin nor by chance: keys come in runs of different lengths.
      const key = (index * index + (index >> 2)) % keys;
      events.push({ id: `${run}e${events.length}`, partition, orderingKey: `${run}-${partition}-${key}` });
    }
  }
  return events;
}

/** An event as it is on its topic; the run's name is its tenant. */
export function recordOf(
  { id, partition, orderingKey: key }: PlannedEvent,
  number: number,
  tenantId: string,
): InRecord {
  const { type } = conversationEscalated;
  const data = { conversation_id: key };
  return {
    topic: topics.escalations,
    partition,
    offset: number,
    key: Buffer.from(orderingKey(type, data, id)),
    value: Buffer.from(JSON.stringify({ event: type, data })),
    headers: encodeHeaders({ id, type, source: '/webhooks/helpninja', tenantId }),
    timestamp: Date.now(),
  };
}
