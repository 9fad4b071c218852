// Notes of the HubSpot stand-in. They need a timestamp; association type 202 links them to contacts.
import { HubSpotRefusal, invalid } from './hubspot-errors.ts';
import { readProperties } from './hubspot-properties.ts';
import { type CrmStore, shown } from './hubspot-store.ts';
import { isObject } from './vendor.ts';

const NOTE_TO_CONTACT = 202;
const MAX_NOTE = 65_536;
const categories = ['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED', 'WORK'];
const typeNames: Record<string, 'contact' | 'note'> = {
  contact: 'contact',
  contacts: 'contact',
  '0-1': 'contact',
  note: 'note',
  notes: 'note',
  '0-46': 'note',
};

/** Creates a note with its associations. If one is invalid, creates nothing. */
export function createNote(store: CrmStore, body: Record<string, unknown>): unknown {
  const properties = readProperties('notes', body['properties']);
  if (!properties['hs_timestamp'])
    throw invalid('Error creating NOTE. Some required properties were not set.', {
      errors: [
        {
          message: 'One or more required properties for object creation were not set.',
          code: 'REQUIRED_PROPERTIES_MISSING',
          context: { properties: ['hs_timestamp'] },
        },
      ],
    });
  if ((properties['hs_note_body'] ?? '').length > MAX_NOTE)
    throw invalid(`hs_note_body is longer than ${MAX_NOTE} characters`);
  const associations = body['associations'] ?? [];
  if (!Array.isArray(associations)) throw invalid('Invalid input JSON: associations must be a list');
  const contactIds = associations.map((association: unknown) => readAssociation(store, association));
  const note = store.create('notes', properties);
  for (const id of contactIds) store.associate(note.id, id);
  return shown(note);
}

function readAssociation(store: CrmStore, association: unknown): string {
  const to = isObject(association) ? association['to'] : undefined;
  const types = isObject(association) ? association['types'] : undefined;
  const id = isObject(to) ? to['id'] : undefined;
  if (typeof id !== 'string' && typeof id !== 'number')
    throw invalid('Some required fields were not set: [associations.to.id]');
  if (!Array.isArray(types) || types.length === 0)
    throw invalid('Some required fields were not set: [associations.types]');
  for (const type of types as unknown[]) {
    if (!isObject(type) || !categories.includes(String(type['associationCategory'])))
      throw invalid(`associationCategory must be one of ${categories.join(', ')}`);
    if (type['associationCategory'] !== 'HUBSPOT_DEFINED' || type['associationTypeId'] !== NOTE_TO_CONTACT)
      throw invalid(
        `association type ${String(type['associationTypeId'])} does not lead from a note to a contact`,
      );
  }
  if (!store.find('contacts', String(id)))
    throw invalid(`No contact with id ${id} exists`, { subCategory: 'crm.associations.INVALID_OBJECT_IDS' });
  return String(id);
}

/** Links a note and a contact, either way round: `[fromType, fromId, toType, toId]`. */
export function linkNote(
  store: CrmStore,
  [fromType = '', fromId = '', toType = '', toId = '']: string[],
): unknown {
  const from = typeNames[fromType];
  const to = typeNames[toType];
  if (!from || !to || from === to)
    throw invalid(`Objects ${fromType} and ${toType} cannot be associated by default`);
  const [noteId, contactId] = from === 'note' ? [fromId, toId] : [toId, fromId];
  if (!store.find('notes', noteId) || !store.find('contacts', contactId))
    throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'One or more of the objects to associate do not exist');
  store.associate(noteId, contactId);
  const at = new Date().toISOString();
  const spec = {
    associationCategory: 'HUBSPOT_DEFINED',
    associationTypeId: from === 'note' ? NOTE_TO_CONTACT : 201,
  };
  return {
    status: 'COMPLETE',
    startedAt: at,
    completedAt: at,
    results: [{ from: { id: fromId }, to: { id: toId }, associationSpec: spec }],
  };
}
