// The sink that is delivered with: it calls the vendor once, or twice with stored steps, and writes each call down as its
// process sees it.
import { conversationEscalated } from '@switchboard/contracts';
import {
  broken,
  defineSink,
  delivered,
  type DeliveryOutcome,
  isOutcome,
  rejected,
  retry,
  type Sink,
} from '@switchboard/sink';
import { z } from 'zod';
import type { Call, CallResult } from './history.ts';
import { isNth } from './vendor.ts';

/** What a process shares with its sink. */
export interface Witness {
  readonly life: number;
  /** It was killed: nothing of it goes on. */
  isDead(): boolean;
  /** The number of this moment. */
  now(): number;
  note(call: Call): void;
}

const RESULTS: Readonly<Record<number, CallResult>> = {
  200: 'taken',
  400: 'rejected',
  401: 'broken',
  429: 'paused',
  503: 'failed',
};
const FOREVER = new Promise<never>(() => undefined);

/** The sink of one process. */
export function probeSink(name: string, url: string, stepsEvery: number, witness: Witness): Sink {
  const config = z.object({ token: z.string().meta({ secret: true }) });
  return defineSink({
    name,
    accepts: [conversationEscalated],
    config,
    idempotency: 'none',
    async deliver(event, ctx): Promise<DeliveryOutcome> {
      const number = Number(event.id.slice(event.id.lastIndexOf('e') + 1));
      const integration = ctx.config.token;
      const call = async (step: Call['step']): Promise<DeliveryOutcome> => {
        if (witness.isDead()) await FOREVER;
        const { idempotencyKey } = ctx;
        const seen: Call = {
          life: witness.life,
          integration,
          event: number,
          step,
          idempotencyKey,
          begun: witness.now(),
        };
        witness.note(seen);
        const end = (result: CallResult) => {
          if (witness.isDead()) return;
          seen.ended = witness.now();
          seen.result = result;
        };
        try {
          const { status } = await ctx.http.post(url, { json: { integration, event: number, step } });
          end(RESULTS[status] ?? 'unclear');
          if (witness.isDead()) await FOREVER;
          return outcomeOf(status);
        } catch (error) {
          end('unclear');
          if (witness.isDead()) await FOREVER;
          throw error;
        }
      };
      if (!isNth(number, stepsEvery)) return call('only');
      for (const step of ['one', 'two'] as const) {
        const done = await ctx.step(step, async () => {
          const outcome = await call(step);
          return outcome.kind === 'delivered' ? true : outcome;
        });
        if (isOutcome(done)) return done;
      }
      return delivered();
    },
  });
}

function outcomeOf(status: number): DeliveryOutcome {
  if (status === 200) return delivered();
  if (status === 400) return rejected('the vendor refuses it');
  if (status === 401) return broken('the vendor does not know us');
  return status === 429 ? retry('the vendor asks for patience', { after: 1 }) : retry('the vendor is busy');
}
