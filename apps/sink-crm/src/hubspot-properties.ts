// Our own contact properties, which leads fill. A HubSpot account does not have them at first: the check names the missing
// ones, and prepare creates them.
import { broken, type CheckContext, type DeliveryOutcome, delivered } from '@switchboard/sink';
import { z } from 'zod';
import { type Config, headersOf, urlOf } from './hubspot-calls.ts';
import { outcomeOf, refusalOf } from './hubspot-replies.ts';

const PROPERTIES = '/crm/v3/properties/contacts/batch';
const READ = `${PROPERTIES}/read`;
const CREATE = `${PROPERTIES}/create`;
const NOT_FOUND = 404;

type Context = CheckContext<Config>;

const text = { type: 'string', fieldType: 'text' };
const number = { type: 'number', fieldType: 'number' };
const yesOrNo = {
  type: 'bool',
  fieldType: 'booleancheckbox',
  options: [
    { label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
    { label: 'No', value: 'false', displayOrder: 1, hidden: false },
  ],
};

/** By the names that `contactProperties` uses. */
const own: Readonly<Record<string, object>> = {
  lead_source: { label: 'Lead source', ...text },
  lead_priority: { label: 'Lead priority', ...text },
  lead_score: { label: 'Lead score', ...number },
  chat_topics: { label: 'Chat topics', ...text },
  chat_conversation_id: { label: 'Chat conversation', ...text },
  chat_confidence: { label: 'Chat confidence', ...number },
  conversation_duration: { label: 'Conversation duration (minutes)', ...number },
  questions_asked: { label: 'Questions asked', ...number },
  escalation_required: { label: 'Escalation required', ...yesOrNo },
};

/** Names of our own properties, for people. */
export const ownProperties = Object.keys(own);

/** `broken`, with the names of the missing properties. */
export async function checkProperties(ctx: Context): Promise<DeliveryOutcome> {
  const missing = await missingProperties(ctx);
  if (!Array.isArray(missing)) return missing;
  if (missing.length === 0) return delivered();
  return broken(
    `HubSpot lacks the contact properties ${missing.join(', ')}; create them there, or let "setup prepare" create them`,
  );
}

/** Creates the missing properties; the reference names them. */
export async function makeProperties(ctx: Context): Promise<DeliveryOutcome> {
  const missing = await missingProperties(ctx);
  if (!Array.isArray(missing)) return missing;
  if (missing.length === 0) return delivered();
  const inputs = missing.map((name) => ({ name, groupName: 'contactinformation', ...own[name] }));
  const reply = await ctx.http.post(urlOf(ctx.config, CREATE), {
    endpoint: CREATE,
    headers: headersOf(ctx.config),
    json: { inputs },
  });
  return outcomeOf(reply) ?? delivered(missing.join(', '));
}

const found = z.object({ results: z.array(z.object({ name: z.string() })) });

/** Names of the missing properties, or why they cannot be read. */
async function missingProperties({ config, http }: Context): Promise<string[] | DeliveryOutcome> {
  const reply = await http.post(urlOf(config, READ), {
    endpoint: READ,
    headers: headersOf(config),
    json: { archived: false, inputs: ownProperties.map((name) => ({ name })) },
  });
  if (reply.status === NOT_FOUND) return ownProperties;
  const refused = refusalOf(reply);
  if (refused !== undefined) return refused;
  // A response that cannot be read does not show what is missing.
  const answer = found.safeParse(reply.json());
  if (!answer.success) return delivered();
  const there = new Set(answer.data.results.map(({ name }) => name));
  return ownProperties.filter((name) => !there.has(name));
}
