// The data of the HubSpot stand-in: contacts by id and email, notes, and the links between them.
import { BoundedMap } from './bounded-map.ts';
import { type Kind, lifecycleStages, type ObjectType } from './hubspot-properties.ts';

const CAPACITY = 100_000;

/** A CRM object as the API shows it. */
export interface CrmObject {
  id: string;
  properties: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  archived: false;
}

/** An object as it is in answers, with its dates among the properties, as HubSpot does. */
export function shown({
  id,
  properties,
  createdAt,
  updatedAt,
  archived,
}: CrmObject): Record<string, unknown> {
  const dated = { ...properties, createdate: createdAt, lastmodifieddate: updatedAt };
  return { id, properties: dated, createdAt, updatedAt, archived };
}

/** A custom property of contacts, and the definition it was created with. */
export interface CustomProperty {
  readonly kind: Kind;
  readonly shown: Record<string, unknown>;
}

/** The objects of one account. If there are too many, the oldest are dropped. */
export class CrmStore {
  /** Custom properties of contacts by name. */
  readonly custom = new Map<string, CustomProperty>();
  private lastId = 100;
  private readonly contactIds = new Map<string, string>();
  private readonly contacts = new BoundedMap<CrmObject>(CAPACITY, (contact) =>
    this.contactIds.delete(contact.properties['email'] ?? ''),
  );
  private readonly notes = new BoundedMap<CrmObject>(CAPACITY);
  private readonly contactsOfNote = new BoundedMap<Set<string>>(CAPACITY);

  find(type: ObjectType, id: string): CrmObject | undefined {
    return this[type].get(id);
  }

  findByEmail(email: string): CrmObject | undefined {
    return this.contacts.get(this.contactIds.get(email.trim().toLowerCase()) ?? '');
  }

  all(type: ObjectType): Iterable<CrmObject> {
    return this[type].values();
  }

  create(type: ObjectType, properties: Record<string, string>): CrmObject {
    const id = String(++this.lastId);
    const at = new Date().toISOString();
    const made: CrmObject = {
      id,
      properties: { ...properties, hs_object_id: id },
      createdAt: at,
      updatedAt: at,
      archived: false,
    };
    this[type].set(id, made);
    if (type === 'contacts' && properties['email']) this.contactIds.set(properties['email'], id);
    return made;
  }

  /** Updates properties. A lifecycle stage only moves forward, unless it was cleared first. */
  update(contact: CrmObject, properties: Record<string, string>): CrmObject {
    const rank = (stage: string | undefined) => lifecycleStages.indexOf(stage ?? '');
    const { lifecyclestage, ...rest } = properties;
    const before = contact.properties['email'];
    Object.assign(contact.properties, rest);
    if (
      lifecyclestage !== undefined &&
      (lifecyclestage === '' || rank(lifecyclestage) > rank(contact.properties['lifecyclestage']))
    )
      contact.properties['lifecyclestage'] = lifecyclestage;
    const after = contact.properties['email'];
    if (after !== before) {
      this.contactIds.delete(before ?? '');
      if (after) this.contactIds.set(after, contact.id);
    }
    contact.updatedAt = new Date().toISOString();
    return contact;
  }

  associate(noteId: string, contactId: string): void {
    const linked = this.contactsOfNote.get(noteId) ?? new Set();
    this.contactsOfNote.set(noteId, linked.add(contactId));
  }

  /** Ids of the contacts that a note is linked to. */
  contactsOf(noteId: string): ReadonlySet<string> {
    return this.contactsOfNote.get(noteId) ?? new Set();
  }
}
