// A correct sink and its vendor, and ways to change the sink, for the spec that breaks one rule at a time. The sink has two
// event types, several calls, a look-up, steps, credentials from the runtime, and a check.
import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import type { HttpReply } from '@switchboard/egress';
import {
  bearer,
  broken,
  byStatus,
  type DeliveryOutcome,
  defineSink,
  delivered,
  isOutcome,
  rejected,
  type Sink,
  type SinkContext,
  type SinkEvent,
} from '@switchboard/sink';
import { z } from 'zod';
import type { Vendor } from './vendor.ts';

type Accepts = readonly [typeof leadQualified, typeof conversationEscalated];
/** Both types. Most faults show with one type, which takes less time. */
export const bothEvents = [leadQualified, conversationEscalated] as const satisfies Accepts;
const leads = [leadQualified] as unknown as Accepts;

export const config = z.object({
  url: z.url().meta({ title: 'Address' }),
  token: z.string().regex(/^tok_/, 'must begin with tok_').meta({ title: 'Token', secret: true }),
});

/** The key of a person is the email, where there is one, else the conversation. */
type Needs = {
  readonly 'lead.qualified': readonly ['conversation_id'];
  readonly 'conversation.escalated': readonly ['conversation_id'];
};

export type Event = SinkEvent<Accepts, Needs>;
export type Context = SinkContext<z.output<typeof config>>;

/** The parts of the model that a variant may replace. */
export interface ModelParts {
  /** Undefined for a success. */
  readonly outcomeOf: (reply: HttpReply) => DeliveryOutcome | undefined;
  readonly externalId: (ctx: Context) => string;
  readonly emailOf: (event: Event) => string;
}

const errorBody = z.object({ ok: z.literal(false), error: z.string() });
const createdBody = z.object({ id: z.string() });

export const usualParts: ModelParts = {
  outcomeOf(reply) {
    const outcome = byStatus(reply);
    if (outcome.kind !== 'delivered') return outcome;
    const { success, data } = errorBody.safeParse(reply.json());
    if (!success) return undefined;
    return data.error === 'closed' ? broken('the account is closed') : rejected('the record is invalid');
  },
  externalId: (ctx) => ctx.idempotencyKey,
  emailOf: ({ data }) => data.customer_email?.toLowerCase() ?? data.conversation_id,
};

/** The model with other parts. */
export function modelWith(parts: Partial<ModelParts> = {}, accepts: Accepts = leads) {
  const { outcomeOf, externalId, emailOf } = { ...usualParts, ...parts };
  const idOf = (reply: HttpReply) => ({ id: createdBody.safeParse(reply.json()).data?.id ?? null });
  return defineSink({
    name: 'model',
    accepts,
    needs: Object.fromEntries(accepts.map(({ type }) => [type, ['conversation_id']])) as unknown as Needs,
    config,
    idempotency: 'external-id',
    auth: bearer<z.output<typeof config>>(({ token }) => token),
    check: async (ctx) => byStatus(await ctx.http.get(`${ctx.config.url}/me`, { endpoint: '/me' })),
    async deliver(event, ctx) {
      const id = externalId(ctx);
      const notes = `${ctx.config.url}/notes`;
      if (event.type === leadQualified.type) {
        const person = await ctx.step('person', async () => {
          const at = `${ctx.config.url}/people/${encodeURIComponent(emailOf(event))}`;
          const reply = await ctx.http.put(at, { endpoint: '/people/{email}', json: event.data });
          return outcomeOf(reply) ?? idOf(reply);
        });
        if (isOutcome(person)) return person;
      } else {
        const found = await ctx.http.get(`${notes}/${id}`, { endpoint: '/notes/{id}' });
        if (found.status === 200 && idOf(found).id !== null) return delivered(idOf(found).id ?? undefined);
        if (found.status !== 404) {
          const outcome = outcomeOf(found);
          if (outcome !== undefined) return outcome;
        }
      }
      const note = await ctx.step('note', async () => {
        const reply = await ctx.http.post(notes, { endpoint: '/notes', json: { id, text: 'a chat' } });
        return outcomeOf(reply) ?? idOf(reply);
      });
      return isOutcome(note) ? note : delivered(note.id ?? undefined);
    },
  }) satisfies Sink;
}

export const model = modelWith();

/** A vendor that stores notes under the id that we send. */
export function modelVendor(): Vendor {
  return {
    config: (url) => ({ url, token: 'tok_5f0c6f8e1d2b4c3a' }),
    answer({ method, path, json }, keep) {
      if (method === 'PUT') return { body: { id: keep(path) } };
      if (method === 'POST') return { status: 201, body: { id: keep((json as { id?: string }).id) } };
      return path === '/me' ? {} : { status: 404 };
    },
    errorsIn2xx: [
      { answer: { body: { ok: false, error: 'closed' } }, outcome: 'broken' },
      { answer: { body: { ok: false, error: 'invalid' } }, outcome: 'rejected' },
    ],
    outcomes: { 404: ({ method }) => (method === 'GET' ? 'delivered' : 'rejected') },
  };
}

/** A sink that breaks one rule. */
export interface BrokenSink {
  /** The id of the rule. */
  readonly breaks: string;
  readonly how: string;
  readonly sink: Sink;
  /** Where its vendor differs from the model's. */
  readonly vendor?: Partial<Vendor>;
}

export type Http = Context['http'];
type Deliver = (event: Event, ctx: Context) => Promise<DeliveryOutcome>;

/** The model with another `deliver`. */
export const withDeliver = (deliver: Deliver): Sink => ({ ...model, deliver }) as Sink;

/** The model with its outcomes changed. */
export const withOutcome = (
  change: (outcome: DeliveryOutcome, ctx: Context, event: Event) => DeliveryOutcome,
) => withDeliver(async (event, ctx) => change(await model.deliver(event, ctx), ctx, event));

/** The model with its calls changed. */
export const withCalls = (change: (call: () => Promise<HttpReply>, ctx: Context) => Promise<HttpReply>) =>
  withDeliver((event, ctx) => {
    const around =
      (call: Http['get']): Http['get'] =>
      (url, options) =>
        change(() => call(url, options), ctx);
    const { get, post, put, patch, delete: remove } = ctx.http;
    const http = { get: around(get), post: around(post), put: around(put), patch, delete: remove };
    return model.deliver(event, { ...ctx, http });
  });

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
