// Contacts of the HubSpot stand-in: batch upsert by email, creation, and the first page of all contacts.
import { HubSpotRefusal, invalid } from './hubspot-errors.ts';
import { readProperties } from './hubspot-properties.ts';
import { type CrmStore, shown } from './hubspot-store.ts';
import { isObject, type VendorReply } from './vendor.ts';

const MAX_BATCH = 100;

/** Creates or updates by email. Answers 207 if some inputs fail and each has a trace id. */
export function upsertBatch(store: CrmStore, body: Record<string, unknown>): VendorReply {
  const inputs = body['inputs'];
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw invalid('Some required fields were not set: [inputs]');
  if (inputs.length > MAX_BATCH)
    throw invalid(`The batch has ${inputs.length} inputs; at most ${MAX_BATCH} are allowed`);
  const startedAt = new Date().toISOString();
  const checked = inputs.map((input: unknown) => {
    try {
      return readUpsert(store, input);
    } catch (error) {
      if (!(error instanceof HubSpotRefusal)) throw error;
      return error;
    }
  });
  const refused = checked.find((outcome) => outcome instanceof HubSpotRefusal);
  const usable = checked.flatMap((outcome) => (outcome instanceof HubSpotRefusal ? [] : [outcome]));
  const seen = new Set<string>();
  for (const { email } of usable) {
    if (seen.has(email)) throw invalid(`Duplicate IDs found in batch input: [${email}]. IDs must be unique`);
    seen.add(email);
  }
  // A partial success needs a trace id on every input, so that the caller knows which ones failed.
  const traceable = inputs.every(
    (input: unknown) => isObject(input) && typeof input['objectWriteTraceId'] === 'string',
  );
  if (refused && (usable.length === 0 || !traceable)) throw refused;
  const results = usable.map(({ email, trace, properties }) => {
    const existing = store.findByEmail(email);
    const contact = existing
      ? store.update(existing, properties)
      : store.create('contacts', { email, ...properties });
    return {
      ...shown(contact),
      new: !existing,
      ...(trace === undefined ? {} : { objectWriteTraceId: trace }),
    };
  });
  const envelope = { status: 'COMPLETE', results, startedAt, completedAt: new Date().toISOString() };
  if (!refused) return { status: 200, body: envelope };
  const errors = checked.flatMap((outcome, at) =>
    outcome instanceof HubSpotRefusal
      ? [
          {
            ...outcome.body(),
            context: { objectWriteTraceId: [(inputs[at] as Record<string, unknown>)['objectWriteTraceId']] },
          },
        ]
      : [],
  );
  return { status: 207, body: { ...envelope, numErrors: errors.length, errors } };
}

function readUpsert(
  store: CrmStore,
  input: unknown,
): {
  email: string;
  trace: string | undefined;
  properties: Record<string, string>;
} {
  if (!isObject(input) || typeof input['id'] !== 'string')
    throw invalid('Some required fields were not set: [id]');
  if (input['idProperty'] !== 'email')
    throw invalid(
      `idProperty ${String(input['idProperty'])} is not a unique property of contacts; use email`,
    );
  const { email } = readProperties('contacts', { email: input['id'] });
  if (!email) throw invalid('Some required fields were not set: [id]');
  const trace = input['objectWriteTraceId'];
  return {
    email,
    trace: trace === undefined ? undefined : String(trace),
    properties: readProperties('contacts', input['properties'], store.custom),
  };
}

/** Creates a contact. If the email exists, answers 409 with the existing id. */
export function createContact(store: CrmStore, body: Record<string, unknown>): unknown {
  const properties = readProperties('contacts', body['properties'], store.custom);
  const existing = properties['email'] ? store.findByEmail(properties['email']) : undefined;
  if (existing)
    throw new HubSpotRefusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${existing.id}`);
  return shown(store.create('contacts', properties));
}

/** The first contacts; ten without a limit. */
export function firstContacts(store: CrmStore, limit: string | null): unknown {
  const most = Number(limit ?? 10);
  if (!Number.isInteger(most) || most < 1 || most > MAX_BATCH)
    throw invalid(`limit must be from 1 to ${MAX_BATCH}`);
  const results: unknown[] = [];
  for (const contact of store.all('contacts')) {
    if (results.push(shown(contact)) === most) break;
  }
  return { results };
}
