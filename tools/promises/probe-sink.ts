// The sink of the search: it calls the vendor once, or twice with stored steps.
import { conversationEscalated } from '@switchboard/contracts';
import {
  broken,
  type DeliveryOutcome,
  defineSink,
  delivered,
  isOutcome,
  rejected,
  retry,
  type Sink,
} from '@switchboard/sink';
import { z } from 'zod';
import type { Call } from './history.ts';
import { isNth } from './vendor.ts';

/** What the sink asks its process. */
export interface ProcessState {
  /** It was killed: nothing of it goes on. */
  isDead(): boolean;
}

const FOREVER = new Promise<never>(() => undefined);

/** The sink of one process. */
export function probeSink(name: string, url: string, stepsEvery: number, owner: ProcessState): Sink {
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
        if (owner.isDead()) await FOREVER;
        try {
          const { status } = await ctx.http.post(url, { json: { integration, event: number, step } });
          if (owner.isDead()) await FOREVER;
          return outcomeOf(status);
        } catch (error) {
          if (owner.isDead()) await FOREVER;
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
