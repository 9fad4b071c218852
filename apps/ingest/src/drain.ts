// Sends spooled events to Kafka in order. Batches are limited by bytes, so that each fits into one deadline.
import type { Logger } from '@switchboard/contracts';
import type { Database, Queryable } from '@switchboard/postgres';
import { kafkaRefusalOf } from './kafka-refusal.ts';
import type { Spool, SpooledEvent } from './spool.ts';

/** Roughly one request of the producer. */
const BATCH_BYTES = 1024 * 1024;

export interface Drain {
  readonly database: Database;
  readonly spool: Spool;
  readonly logger: Logger;
  /** Resolves when all of them are durable in Kafka. */
  readonly send: (events: readonly SpooledEvent[]) => Promise<void>;
  readonly stopping: () => boolean;
}

/**
 * Empties the spool, unless another replica is doing so. Throws InfrastructureError when Kafka or Postgres is away. Events
 * that were sent but not yet removed are sent again by the next drain; readers recognise them by their id.
 */
export async function drainSpool(drain: Drain): Promise<void> {
  await drain.database.session(async (session) => {
    const [lock] = await session.query<{ held: boolean }>(
      `select pg_try_advisory_lock(hashtext('switchboard spool ' || current_schema())) as held`,
    );
    if (lock?.held) await sendAll(drain, session);
  });
}

async function sendAll(drain: Drain, session: Queryable): Promise<void> {
  const { spool, send, stopping } = drain;
  while (!stopping()) {
    const events = await spool.oldest(session, BATCH_BYTES);
    if (events.length === 0) return;
    try {
      await send(events);
    } catch (error) {
      if (kafkaRefusalOf(error) === undefined) throw error;
      await sendOneByOne(drain, session, events);
      continue;
    }
    await spool.remove(session, events);
  }
}

/** A batch with a refused event is sent one by one: the refused event is set aside and logged, the others go on in order. */
async function sendOneByOne(
  { spool, send, logger }: Drain,
  session: Queryable,
  events: readonly SpooledEvent[],
): Promise<void> {
  for (const event of events) {
    try {
      await send([event]);
      await spool.remove(session, [event]);
    } catch (error) {
      const refusal = kafkaRefusalOf(error);
      if (refusal === undefined) throw error;
      await spool.setAside(session, event, refusal);
      logger.error(
        { spool_id: event.id, error_message: refusal },
        'Kafka refuses a spooled event. It stays in the spool and is tried again every few minutes; change the limits of the topic.',
      );
    }
  }
}
