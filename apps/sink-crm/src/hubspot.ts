// Turns a qualified lead into a HubSpot contact, created or updated by its email, with a note about the chat.
import { leadQualified } from '@switchboard/contracts';
import {
  defineSink,
  delivered,
  type HttpReply,
  isOutcome,
  rejected,
  type SinkContext,
} from '@switchboard/sink';
import { z } from 'zod';
import { headersOf, urlOf } from './hubspot-calls.ts';
import { checkProperties, makeProperties, ownProperties } from './hubspot-properties.ts';
import { outcomeOf, refusalOf } from './hubspot-replies.ts';
import { contactProperties, emailOf, type Lead, needs, noteBody, writtenAt } from './lead.ts';

const CONTACTS = '/crm/v3/objects/contacts';
const UPSERT = `${CONTACTS}/batch/upsert`;
const NOTES = '/crm/v3/objects/notes';
/** HubSpot's id of the association "note to contact". */
const NOTE_TO_CONTACT = 202;

const config = z.object({
  accessToken: z
    .string()
    .min(1)
    .meta({
      secret: true,
      title: 'Access token of the private app',
      description:
        'Scopes: crm.objects.contacts.read and crm.objects.contacts.write; crm.schemas.contacts.write too, if ' +
        '"setup prepare" shall create the contact properties',
    }),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .default('https://api.hubapi.com')
    .meta({
      title: 'URL of the API',
      description: `The account needs these contact properties, which "setup prepare" creates: ${ownProperties.join(', ')}`,
    }),
});

type Context = SinkContext<z.output<typeof config>>;

export const hubspot = defineSink({
  name: 'hubspot',
  accepts: [leadQualified],
  needs,
  config,
  idempotency: 'upsert',
  /**
   * HubSpot takes 100 calls in ten seconds from a private app of the smallest plans; a delivery is two of them.
   * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
   */
  limits: { perSecond: 5, concurrency: 10 },
  /** Reads the id of any contact, which checks the token, and our own properties. */
  async check(ctx) {
    const { config, http } = ctx;
    const reply = await http.get(`${urlOf(config, CONTACTS)}?limit=1&properties=hs_object_id`, {
      endpoint: CONTACTS,
      headers: headersOf(config),
    });
    return refusalOf(reply) ?? checkProperties(ctx);
  },
  prepare: makeProperties,
  async deliver(event, ctx) {
    if (emailOf(event) === undefined) return rejected('neither the lead nor its conversation has an email');
    const contact = await ctx.step('contact', async () => {
      const reply = await post(ctx, UPSERT, upsertOf(event, ctx));
      return outcomeOf(reply) ?? contactIn(reply);
    });
    if (isOutcome(contact)) return contact;
    const body = noteBody(event);
    if (contact.id === undefined || body === undefined) return delivered(contact.id);
    const note = await ctx.step('note', async () => {
      const reply = await post(ctx, NOTES, noteOf(event, body, contact.id as string));
      return outcomeOf(reply) ?? { done: true };
    });
    return isOutcome(note) ? note : delivered(contact.id);
  },
});

function post({ config, http }: Context, path: string, json: unknown): Promise<HttpReply> {
  return http.post(urlOf(config, path), { endpoint: path, headers: headersOf(config), json });
}

function upsertOf(event: Lead, { idempotencyKey: objectWriteTraceId, mapped }: Context): unknown {
  const id = emailOf(event);
  // The tenant's mapped fields override ours, except the email, by which the contact is found.
  const properties = { ...contactProperties(event), ...textOf(mapped), email: id };
  return { inputs: [{ id, idProperty: 'email', objectWriteTraceId, properties }] };
}

function textOf(fields: Context['mapped']): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function noteOf(event: Lead, body: string, contactId: string): unknown {
  const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: NOTE_TO_CONTACT }];
  return {
    properties: { hs_timestamp: writtenAt(event), hs_note_body: body },
    associations: [{ to: { id: contactId }, types }],
  };
}

const upserted = z.object({ results: z.array(z.object({ id: z.coerce.string() })).min(1) });

// A success with an unreadable body is a success; only the note cannot be attached.
function contactIn(reply: HttpReply): { id?: string } {
  const answer = upserted.safeParse(reply.json());
  const id = answer.data?.results[0]?.id;
  return id === undefined ? {} : { id };
}
