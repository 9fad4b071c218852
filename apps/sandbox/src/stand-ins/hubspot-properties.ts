// The built-in properties of the HubSpot stand-in and their kinds of values. It refuses an unknown name, or a value of
// the wrong kind, as HubSpot does.
import { HubSpotRefusal, invalid } from './hubspot-errors.ts';
import { isObject } from './vendor.ts';

/** The kind of values of a property. */
export type Kind = 'string' | 'number' | 'bool' | 'email' | 'date' | 'read-only' | readonly string[];
export type ObjectType = 'contacts' | 'notes';

/** In order: HubSpot only lets a contact move forward. */
export const lifecycleStages = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
  'other',
];
const leadStatuses = [
  'NEW',
  'OPEN',
  'IN_PROGRESS',
  'OPEN_DEAL',
  'UNQUALIFIED',
  'ATTEMPTED_TO_CONTACT',
  'CONNECTED',
  'BAD_TIMING',
];
const all = (kind: Kind, names: string): [string, Kind][] => names.split(' ').map((name) => [name, kind]);

const schemas: Record<ObjectType, ReadonlyMap<string, Kind>> = {
  contacts: new Map<string, Kind>([
    ['email', 'email'],
    ['lifecyclestage', lifecycleStages],
    ['hs_lead_status', leadStatuses],
    ...all(
      'string',
      'firstname lastname phone mobilephone fax company website jobtitle salutation message industry',
    ),
    ...all(
      'string',
      'address city state zip country hs_language twitterhandle annualrevenue numemployees hs_timezone',
    ),
    ...all('number', 'hubspot_owner_id'),
    ...all('date', 'closedate date_of_birth'),
    ...all('read-only', 'createdate lastmodifieddate hs_object_id hs_analytics_source hs_email_domain'),
  ]),
  notes: new Map<string, Kind>([
    ...all('string', 'hs_note_body hs_attachment_ids hs_unique_id'),
    ...all('number', 'hubspot_owner_id'),
    ...all('date', 'hs_timestamp'),
    ...all('read-only', 'hs_createdate hs_lastmodifieddate hs_object_id'),
  ]),
};

const MAX_TEXT = 65_536;
const emailShape =
  /^(?!.*\.\.)[^\s@"(),:;<>[\]\\.](?:[^\s@"(),:;<>[\]\\]{0,62}[^\s@"(),:;<>[\]\\.])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$/i;

interface Issue {
  code: string;
  message: string;
}

/** Custom properties of contacts that this account has. */
export type CustomProperties = ReadonlyMap<string, { readonly kind: Kind }>;

/** Whether this is a built-in property of contacts. */
export function isBuiltIn(name: string): boolean {
  return schemas.contacts.has(name);
}

/** Checks properties, and returns them as HubSpot stores them: as strings; null is the empty string. */
export function readProperties(
  type: ObjectType,
  given: unknown,
  custom: CustomProperties = new Map(),
): Record<string, string> {
  if (!isObject(given)) throw invalid('Some required fields were not set: [properties]');
  const kept: Record<string, string> = {};
  const faults: (Issue & { name: string })[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'object' && value !== null)
      throw new HubSpotRefusal(
        400,
        'VALIDATION_ERROR',
        `Invalid input JSON: property "${name}" must be a plain value`,
      );
    const text = value === null ? '' : String(value);
    const kind = schemas[type].get(name) ?? custom.get(name)?.kind;
    const issue = kind
      ? issueWith(name, kind, text)
      : { code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` };
    if (issue) faults.push({ ...issue, name });
    else kept[name] = name === 'email' ? text.trim().toLowerCase() : text;
  }
  if (faults.length === 0) return kept;
  const listed = faults.map(({ code, message, name }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
  }));
  throw invalid(`Property values were not valid: ${JSON.stringify(listed)}`, {
    errors: faults.map(({ code, message, name }) => ({ message, code, context: { propertyName: [name] } })),
  });
}

function issueWith(name: string, kind: Kind, text: string): Issue | undefined {
  if (kind === 'read-only')
    return {
      code: 'READ_ONLY_VALUE',
      message: `"${name}" is a read only property; its value cannot be set.`,
    };
  if (text.length > MAX_TEXT)
    return { code: 'PROPERTY_TOO_LONG', message: `"${name}" is longer than ${MAX_TEXT} characters` };
  if (text === '') return undefined;
  if (kind === 'email' && !emailShape.test(text.trim()))
    return { code: 'INVALID_EMAIL', message: `Email address ${text} is invalid` };
  if (kind === 'number' && !Number.isFinite(Number(text)))
    return { code: 'INVALID_NUMBER', message: `${text} was not a valid number.` };
  if (kind === 'date' && Number.isNaN(new Date(/^-?\d+$/.test(text) ? Number(text) : text).getTime()))
    return { code: 'INVALID_DATE', message: `${text} was not a valid date.` };
  const options = kind === 'bool' ? ['true', 'false'] : typeof kind === 'object' ? kind : undefined;
  if (options && !options.includes(text))
    return {
      code: 'INVALID_OPTION',
      message: `${text} was not one of the allowed options: [${options.join(', ')}]`,
    };
  return undefined;
}
