// Ways to break the model: what it says, how it calls, how it delivers.
import type { HttpReply } from '@switchboard/egress';
import type { DeliveryOutcome, Sink } from '@switchboard/sink';
import { type Context, type Event, model } from './test-model.ts';
import type { Vendor } from './vendor.ts';

/** A sink that is broken in one way. */
export interface Broken {
  /** The rule. */
  readonly breaks: string;
  readonly how: string;
  readonly sink: Sink;
  /** What its vendor does otherwise than the model's. */
  readonly vendor?: Partial<Vendor>;
}

export type Http = Context['http'];
type Deliver = (event: Event, ctx: Context) => Promise<DeliveryOutcome>;

export const delivering = (deliver: Deliver): Sink => ({ ...model, deliver }) as Sink;

/** The model that makes something else of its outcomes. */
export const saying = (change: (outcome: DeliveryOutcome, ctx: Context, event: Event) => DeliveryOutcome) =>
  delivering(async (event, ctx) => change(await model.deliver(event, ctx), ctx, event));

/** The model that calls in a way of its own. */
export const calling = (change: (call: () => Promise<HttpReply>, ctx: Context) => Promise<HttpReply>) =>
  delivering((event, ctx) => {
    const around =
      (call: Http['get']): Http['get'] =>
      (url, options) =>
        change(() => call(url, options), ctx);
    const { get, post, put, patch, delete: remove } = ctx.http;
    const http = { get: around(get), post: around(post), put: around(put), patch, delete: remove };
    return model.deliver(event, { ...ctx, http });
  });

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
