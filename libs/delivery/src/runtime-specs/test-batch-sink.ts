// For the specs of batches: a sink that takes batches and notes its calls.
import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import { record } from '@switchboard/ledger/spec-kit';
import { type Batch, type DeliveryOutcome, defineSink, type Sink } from '@switchboard/sink';
import { z } from 'zod';

/** One call of the batch sink. */
export interface Call {
  readonly ids: readonly string[];
  readonly key: string;
}
/** What a batch sink may return. */
export type BatchAnswer = DeliveryOutcome | readonly DeliveryOutcome[];

const config = z.object({ url: z.url(), token: z.string().meta({ secret: true }) });

/** A sink that takes batches, notes its calls, and returns what `answer` says. */
export function batchSink(
  calls: Call[],
  answer: (call: Call, nth: number) => BatchAnswer | Promise<BatchAnswer>,
  { size = 4, waitSeconds = 0.1 }: Partial<Pick<Batch, 'size' | 'waitSeconds'>> = {},
): Sink {
  return defineSink({
    name: 'probe',
    accepts: [conversationEscalated, leadQualified],
    needs: { [conversationEscalated.type]: ['conversation_id'] },
    config,
    idempotency: 'key-header',
    batch: {
      size,
      waitSeconds,
      async deliver(entries, { idempotencyKey }) {
        const call = { ids: entries.map(({ event }) => event.id), key: idempotencyKey };
        calls.push(call);
        return answer(call, calls.length);
      },
    },
  }) as unknown as Sink;
}

/** Events of different ordering keys, `e0`, `e1` and so on. */
export const events = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => record(`e${from + i}`, { key: `k${from + i}` }));
/** The event ids of each call. */
export const idsOf = (calls: readonly Call[]) => calls.map(({ ids }) => ids);
