// The stand-in of HubSpot's CRM API, as far as leads need it: contacts, notes, their associations, search.
import { hubSpotFault, HubSpotRefusal, invalid } from './hubspot-errors.ts';
import { createNote, linkNote } from './hubspot-notes.ts';
import { readProperties } from './hubspot-properties.ts';
import { makeProperties, productProperties, readDefinitions } from './hubspot-schema.ts';
import { search } from './hubspot-search.ts';
import { type CrmObject, CrmStore, shown } from './hubspot-store.ts';
import { createContact, firstContacts, upsertBatch } from './hubspot-contacts.ts';
import {
  bearerToken,
  isJson,
  isObject,
  type Vendor,
  type VendorReply,
  type VendorRequest,
} from './vendor.ts';

/**
 * Makes the stand-in. Without `token` it accepts any token. `prepared`: the account has the product's properties from
 * the start; else they must be created, as in a real account.
 */
export function hubSpot(token: string | undefined, prepared = false): Vendor {
  const store = new CrmStore();
  if (prepared) makeProperties(store, { inputs: productProperties });
  return {
    name: 'hubspot',
    fault: hubSpotFault,
    answer(request) {
      try {
        authenticate(request, token);
        return route(store, request);
      } catch (error) {
        if (!(error instanceof HubSpotRefusal)) throw error;
        return { status: error.status, body: error.body(), reason: error.message.slice(0, 500) };
      }
    },
  };
}

function authenticate(request: VendorRequest, token: string | undefined): void {
  const given = bearerToken(request.headers);
  if (!given)
    throw new HubSpotRefusal(
      401,
      'INVALID_AUTHENTICATION',
      'Authentication credentials not found. Send a Bearer token.',
    );
  if (token && given !== token)
    throw new HubSpotRefusal(401, 'INVALID_AUTHENTICATION', 'The token of this call is not valid.');
}

function route(store: CrmStore, request: VendorRequest): VendorReply {
  const call = `${request.method} ${request.path}`;
  if (call === 'POST /crm/v3/objects/contacts/batch/upsert') return upsertBatch(store, bodyOf(request));
  if (call === 'POST /crm/v3/properties/contacts/batch/read') return readDefinitions(store, bodyOf(request));
  if (call === 'POST /crm/v3/properties/contacts/batch/create') return makeProperties(store, bodyOf(request));
  if (call === 'GET /crm/v3/objects/contacts')
    return { status: 200, body: firstContacts(store, request.query.get('limit')) };
  if (call === 'POST /crm/v3/objects/contacts')
    return { status: 201, body: createContact(store, bodyOf(request)) };
  if (call === 'POST /crm/v3/objects/notes') return { status: 201, body: createNote(store, bodyOf(request)) };
  const found = /^POST \/crm\/v3\/objects\/(contacts|notes)\/search$/.exec(call);
  if (found) return { status: 200, body: search(store, found[1] as 'contacts' | 'notes', bodyOf(request)) };
  const one = /^(GET|PATCH) \/crm\/v3\/objects\/(contacts|notes)\/([^/]+)$/.exec(call);
  if (one?.[1] === 'GET')
    return { status: 200, body: readObject(store, one[2] as 'contacts' | 'notes', one[3] ?? '', request) };
  if (one?.[2] === 'contacts') return updateContact(store, one[3] ?? '', request);
  const link = /^PUT \/crm\/v4\/objects\/([^/]+)\/([^/]+)\/associations\/default\/([^/]+)\/([^/]+)$/.exec(
    call,
  );
  if (link) return { status: 200, body: linkNote(store, link.slice(1, 5).map(decode)) };
  throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', `resource not found: ${call}`);
}

function updateContact(store: CrmStore, key: string, request: VendorRequest): VendorReply {
  const properties = readProperties('contacts', bodyOf(request)['properties'], store.custom);
  const contact = findContact(store, key, request);
  const taken = properties['email'] ? store.findByEmail(properties['email']) : undefined;
  if (taken && taken !== contact)
    throw new HubSpotRefusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${taken.id}`);
  return { status: 200, body: shown(store.update(contact, properties)) };
}

function readObject(
  store: CrmStore,
  type: 'contacts' | 'notes',
  key: string,
  request: VendorRequest,
): unknown {
  if (type === 'contacts') return shown(findContact(store, key, request));
  const note = store.find('notes', decode(key));
  if (!note) throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'resource not found');
  return {
    ...shown(note),
    associations: {
      contacts: { results: [...store.contactsOf(note.id)].map((id) => ({ id, type: 'note_to_contact' })) },
    },
  };
}

function findContact(store: CrmStore, key: string, request: VendorRequest): CrmObject {
  const idProperty = request.query.get('idProperty');
  if (idProperty !== null && idProperty !== 'email')
    throw invalid(`idProperty ${idProperty} is not a unique property`);
  const contact =
    idProperty === 'email' ? store.findByEmail(decode(key)) : store.find('contacts', decode(key));
  if (!contact) throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'resource not found');
  return contact;
}

function bodyOf(request: VendorRequest): Record<string, unknown> {
  if (!isJson(request.headers))
    throw new HubSpotRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type; send application/json');
  if (!isObject(request.json))
    throw invalid('Invalid input JSON on line 1, column 1: the body must be a JSON object');
  return request.json;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'resource not found');
  }
}
