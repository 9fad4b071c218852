// The stand-in of the platform's REST API, as far as the enricher uses it: details and messages of a conversation.
import { type ConversationDetails, detailsOf } from '../conversations/details.ts';
import { generateDialogue } from '../conversations/generate.ts';
import { Random } from '../conversations/random.ts';
import { writeScript } from '../conversations/script.ts';
import { BoundedMap } from './bounded-map.ts';
import { messagesPage } from './helpninja-messages.ts';
import { bearerToken, isObject, type Vendor, type VendorReply, type VendorRequest } from './vendor.ts';

const CAPACITY = 20_000;
const keyShape = /^hnja_(test|live)_[A-Za-z0-9]{32}$/;
/** Ids with this beginning are unknown, even if conversations are invented. */
const MISSING = 'missing_';
/** All invented conversations began on this day, so that an id has the same answer for ever. */
const DERIVED_START = Date.UTC(2026, 0, 5, 9);

type RegisteredDetails = Omit<ConversationDetails, 'messages'> &
  Partial<Pick<ConversationDetails, 'messages'>>;

interface Registered {
  details: RegisteredDetails;
  tenant: string | undefined;
}

/** The stand-in. `register` is for the simulator, which registers the conversations that it plays. */
export interface HelpNinja extends Vendor {
  register(posted: unknown): VendorReply;
}

/**
 * Makes the stand-in. Without `apiKey` it accepts any key of the right format. `invents`: an id that is not registered
 * has an invented conversation; else it is answered 404, as by the real platform.
 */
export function helpNinja(apiKey: string | undefined, invents = false): HelpNinja {
  const played = new BoundedMap<Registered>(CAPACITY);
  return {
    name: 'helpninja',
    fault: (status) => ({ error: faultMessages[status] ?? 'Internal server error' }),
    answer: (request) => refusal(request, apiKey) ?? conversation(request, played, invents),
    register: (posted) => register(posted, played),
  };
}

const faultMessages: Record<number, string> = {
  401: 'Invalid API key',
  403: 'Tenant access denied',
  404: 'Conversation not found',
  429: 'Too many requests',
  503: 'Service unavailable',
};

function refusal(request: VendorRequest, apiKey: string | undefined): VendorReply | undefined {
  const key = bearerToken(request.headers);
  if (!key) return unauthorized('Missing API key', 'Include an Authorization header with a Bearer token');
  if (!keyShape.test(key))
    return unauthorized('Invalid API key format', 'hnja_test_ or hnja_live_ and 32 letters or digits');
  if (apiKey && key !== apiKey) return unauthorized('Invalid API key', 'API key not found or expired');
  if (!request.headers['x-tenant-id'])
    return { status: 400, body: { error: 'Missing tenant', message: 'Include the X-Tenant-ID header' } };
  return undefined;
}

function unauthorized(error: string, message: string): VendorReply {
  return { status: 401, body: { error, message } };
}

function conversation(request: VendorRequest, played: BoundedMap<Registered>, invents: boolean): VendorReply {
  const [, id, part] = /^\/v1\/conversations\/([^/]+)(\/messages)?$/.exec(request.path) ?? [];
  if (id === undefined) return { status: 404, body: { error: 'Not found' } };
  if (request.method !== 'GET') return { status: 405, body: { error: 'Method not allowed' } };
  const details = detailsFor(decoded(id), request, played, invents);
  if (details === undefined) return { status: 404, body: { error: 'Conversation not found' } };
  // Registered details may have no messages.
  return part === undefined
    ? { status: 200, body: details }
    : messagesPage(details.messages ?? [], request.query);
}

function detailsFor(
  id: string,
  request: VendorRequest,
  played: BoundedMap<Registered>,
  invents: boolean,
): RegisteredDetails | undefined {
  const known = played.get(id);
  if (!known) return invents && !id.startsWith(MISSING) ? derived(id) : undefined;
  // A conversation of another tenant is answered like an unknown one.
  return known.tenant && known.tenant !== request.headers['x-tenant-id'] ? undefined : known.details;
}

function derived(id: string): ConversationDetails {
  const number = new Random(id).whole(1, 999_999);
  return detailsOf(id, writeScript(generateDialogue(id, number), id, number), DERIVED_START);
}

function register(posted: unknown, played: BoundedMap<Registered>): VendorReply {
  const refuse = (error: string): VendorReply => ({ status: 400, body: { error } });
  if (!isObject(posted) || !Array.isArray(posted['conversations']))
    return refuse('"conversations" must be a list');
  const { conversations, tenant_id: tenant } = posted;
  if (tenant !== undefined && typeof tenant !== 'string') return refuse('"tenant_id" must be a string');
  const list = conversations as unknown[];
  if (!list.every((details) => isObject(details) && typeof details['id'] === 'string'))
    return refuse('each conversation needs an "id"');
  for (const details of list as RegisteredDetails[]) played.set(details.id, { details, tenant });
  return { status: 200, body: { registered: list.length } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
