// Definitions of contact properties in the HubSpot stand-in: reads them and creates custom ones.
import { HubSpotRefusal, invalid } from './hubspot-errors.ts';
import { isBuiltIn, type Kind } from './hubspot-properties.ts';
import type { CrmStore } from './hubspot-store.ts';
import { isObject, type VendorReply } from './vendor.ts';

const MAX_BATCH = 100;
const NAME = /^[a-z][a-z0-9_]{0,99}$/;
/** Property types, each with the field types that it allows. */
const FIELD_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['text', 'textarea', 'phonenumber', 'html', 'file'],
  number: ['number'],
  bool: ['booleancheckbox'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox'],
  date: ['date'],
  datetime: ['date'],
};

const text = { type: 'string', fieldType: 'text', groupName: 'contactinformation' };
const number = { type: 'number', fieldType: 'number', groupName: 'contactinformation' };
const options = [
  { label: 'Yes', value: 'true' },
  { label: 'No', value: 'false' },
];

/** The properties that the product's HubSpot sink fills, for an account that has them from the start. */
export const productProperties: readonly object[] = [
  ...['lead_source', 'lead_priority', 'chat_topics', 'chat_conversation_id'].map((name) => ({
    name,
    ...text,
  })),
  ...['lead_score', 'chat_confidence', 'conversation_duration', 'questions_asked'].map((name) => ({
    name,
    ...number,
  })),
  { ...text, name: 'escalation_required', type: 'bool', fieldType: 'booleancheckbox', options },
].map((property) => ({ label: property.name, ...property }));

/** The definitions with the given names; 207 if some do not exist. */
export function readDefinitions(store: CrmStore, body: Record<string, unknown>): VendorReply {
  const names = inputsOf(body).map(({ name }) => String(name));
  const results = names.flatMap((name) => {
    if (isBuiltIn(name)) return [{ name, label: name, hubspotDefined: true }];
    const custom = store.custom.get(name);
    return custom === undefined ? [] : [custom.shown];
  });
  const missing = names.filter((name) => !isBuiltIn(name) && !store.custom.has(name));
  if (missing.length === 0) return { status: 200, body: { status: 'COMPLETE', results } };
  const errors = [
    {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      message: 'Could not get some properties, they may be deleted or not exist.',
      context: { names: missing },
    },
  ];
  return { status: 207, body: { status: 'COMPLETE', results, numErrors: 1, errors } };
}

/** Creates the properties of a request. When one of them is invalid, it creates none. */
export function makeProperties(store: CrmStore, body: Record<string, unknown>): VendorReply {
  const made = inputsOf(body).map((input) => {
    const name = String(input['name']);
    if (isBuiltIn(name) || store.custom.has(name)) {
      throw new HubSpotRefusal(409, 'CONFLICT', `A property named "${name}" already exists.`);
    }
    return { name, kind: kindOf(name, input), shown: { ...input, hidden: false, archived: false } };
  });
  for (const { name, ...property } of made) store.custom.set(name, property);
  return { status: 201, body: { status: 'COMPLETE', results: made.map(({ shown }) => shown) } };
}

function kindOf(name: string, input: Record<string, unknown>): Kind {
  if (!NAME.test(name)) throw invalid(`Property name "${name}" is invalid`);
  for (const field of ['label', 'groupName', 'type', 'fieldType'])
    if (typeof input[field] !== 'string') throw invalid(`Some required fields were not set: [${field}]`);
  const type = String(input['type']);
  if (!FIELD_TYPES[type]?.includes(String(input['fieldType'])))
    throw invalid(`fieldType ${String(input['fieldType'])} does not go with type ${type}`);
  const values = Array.isArray(input['options'])
    ? input['options'].map((option: unknown) => (isObject(option) ? String(option['value']) : ''))
    : [];
  if (type === 'bool' && [...values].sort().join() !== 'false,true')
    throw invalid(`Property "${name}" of type bool needs the options true and false`);
  if (type === 'enumeration') return values;
  if (type === 'datetime') return 'date';
  return type as 'string' | 'number' | 'bool' | 'date';
}

function inputsOf(body: Record<string, unknown>): Record<string, unknown>[] {
  const { inputs } = body;
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw invalid('Some required fields were not set: [inputs]');
  if (inputs.length > MAX_BATCH) throw invalid(`At most ${MAX_BATCH} inputs are allowed`);
  return inputs.map((input: unknown) => {
    if (!isObject(input) || typeof input['name'] !== 'string')
      throw invalid('Some required fields were not set: [name]');
    return input;
  });
}
