// A sink and a vendor as they should be, for the spec that breaks them one rule at a time: two event types, several calls,
// a look-up, steps, credentials by the runtime, a check, and a vendor with a mind of its own.
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
/** Both types; most ways of being broken show at one. */
export const both = [leadQualified, conversationEscalated] as const satisfies Accepts;
const leads = [leadQualified] as unknown as Accepts;

export const config = z.object({
  url: z.url().meta({ title: 'Address' }),
  token: z.string().regex(/^tok_/, 'must begin with tok_').meta({ title: 'Token', secret: true }),
});

/** An email, where there is one, else the conversation is what people are kept by. */
type Wanted = {
  readonly 'lead.qualified': readonly ['conversation_id'];
  readonly 'conversation.escalated': readonly ['conversation_id'];
};

export type Event = SinkEvent<Accepts, Wanted>;
export type Context = SinkContext<z.output<typeof config>>;

/** What a variant of the model does otherwise. */
export interface Ways {
  /** Undefined for a success. */
  readonly outcomeOf: (reply: HttpReply) => DeliveryOutcome | undefined;
  readonly externalId: (ctx: Context) => string;
  readonly emailOf: (event: Event) => string;
}

const said = z.object({ ok: z.literal(false), error: z.string() });
const made = z.object({ id: z.string() });

export const usual: Ways = {
  outcomeOf(reply) {
    const outcome = byStatus(reply);
    if (outcome.kind !== 'delivered') return outcome;
    const { success, data } = said.safeParse(reply.json());
    if (!success) return undefined;
    return data.error === 'closed' ? broken('the account is closed') : rejected('the record is invalid');
  },
  externalId: (ctx) => ctx.idempotencyKey,
  emailOf: ({ data }) => data.customer_email?.toLowerCase() ?? data.conversation_id,
};

/** The model, in a variant. */
export function modelWith(ways: Partial<Ways> = {}, accepts: Accepts = leads) {
  const { outcomeOf, externalId, emailOf } = { ...usual, ...ways };
  const idIn = (reply: HttpReply) => ({ id: made.safeParse(reply.json()).data?.id ?? null });
  return defineSink({
    name: 'model',
    accepts,
    needs: Object.fromEntries(accepts.map(({ type }) => [type, ['conversation_id']])) as unknown as Wanted,
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
          return outcomeOf(reply) ?? idIn(reply);
        });
        if (isOutcome(person)) return person;
      } else {
        const found = await ctx.http.get(`${notes}/${id}`, { endpoint: '/notes/{id}' });
        if (found.status === 200 && idIn(found).id !== null) return delivered(idIn(found).id ?? undefined);
        if (found.status !== 404) {
          const outcome = outcomeOf(found);
          if (outcome !== undefined) return outcome;
        }
      }
      const note = await ctx.step('note', async () => {
        const reply = await ctx.http.post(notes, { endpoint: '/notes', json: { id, text: 'a chat' } });
        return outcomeOf(reply) ?? idIn(reply);
      });
      return isOutcome(note) ? note : delivered(note.id ?? undefined);
    },
  }) satisfies Sink;
}

export const model = modelWith();

/** A vendor that keeps notes by the id we give them. */
export function modelVendor(): Vendor {
  return {
    config: (url) => ({ url, token: 'tok_5f0c6f8e1d2b4c3a' }),
    answer({ method, path, json }, keep) {
      if (method === 'PUT') return { body: { id: keep(path) } };
      if (method === 'POST') return { status: 201, body: { id: keep((json as { id?: string }).id) } };
      return path === '/me' ? {} : { status: 404 };
    },
    notOk: [
      { answer: { body: { ok: false, error: 'closed' } }, means: 'broken' },
      { answer: { body: { ok: false, error: 'invalid' } }, means: 'rejected' },
    ],
    answers: { 404: ({ method }) => (method === 'GET' ? 'delivered' : 'rejected') },
  };
}
