// Classifies HubSpot's responses beyond the default table: partial batches, locks, limits. Reasons contain categories, codes
// and property names, but never HubSpot's messages, which quote the values.
import {
  broken,
  byStatus,
  type DeliveryOutcome,
  type HttpReply,
  rejected,
  retry,
  retryAfter,
} from '@switchboard/sink';
import { z } from 'zod';

// Every field may be missing.
const fault = z.object({
  category: z.string().optional(),
  code: z.string().optional(),
  context: z
    .object({
      propertyName: z.array(z.string()).optional(),
      requiredScopes: z.array(z.string()).optional(),
      requiredGranularScopes: z.array(z.string()).optional(),
    })
    .optional(),
});
type Fault = z.output<typeof fault>;

/** HubSpot's list of errors of single properties; older responses have it only in their message. */
const listed = z.array(z.object({ error: z.string(), name: z.string() }));
const LIST = /^Property values were not valid: (\[.*\])$/s;

const refusal = fault.extend({
  message: z.string().optional(),
  policyName: z.string().optional(),
  errors: z.array(fault).optional(),
});
const batch = z.object({ results: z.array(z.unknown()).optional(), errors: z.array(refusal).optional() });

/** Locked, or the account is moving to another data centre. */
const LOCKED = new Set([423, 477]);
const LOCKED_SECONDS = 2;
const UNKNOWN_PROPERTY = 'PROPERTY_DOESNT_EXIST';
/**
 * The category of errors in the values of a record: the one that developers.hubspot.com/docs/api-reference/error-handling
 * shows. HubSpot publishes no closed list of categories.
 */
const INVALID_VALUES = 'VALIDATION_ERROR';
/** The category of HubSpot's 403: the token lacks a permission. */
const MISSING_SCOPES = 'MISSING_SCOPES';
/** A reason contains nothing else of HubSpot's response. */
const SCOPE = /^[a-z0-9._-]{1,80}$/;
const BURST_SECONDS = 10;
/** The daily limit ends at midnight in an unknown time zone, so we try every hour. */
const DAILY_SECONDS = 3600;

/** The outcome of a response to a write; undefined for a success. */
export function outcomeOf(reply: HttpReply): DeliveryOutcome | undefined {
  const { status } = reply;
  return status >= 200 && status < 300 ? partial(reply) : refusalOf(reply);
}

/** The outcome of a response by its status; undefined for a success. */
export function refusalOf(reply: HttpReply): DeliveryOutcome | undefined {
  const { status } = reply;
  const after = retryAfter(reply);
  if (LOCKED.has(status)) return retry(`HubSpot: ${status} locked`, { after: after ?? LOCKED_SECONDS });
  if (status === 409) return retry('HubSpot: 409 somebody else wrote at the same moment');
  if (status === 429) return retry(...limit(reply, after));
  const outcome = byStatus(reply);
  if (outcome.kind === 'delivered') return undefined;
  const reason = reasonOf(reply);
  // A property that the account lacks is missing for every lead.
  if (faultsIn(reply).some(isUnknownProperty)) {
    return { ...unknownProperty(reason), status };
  }
  return { ...outcome, reason };
}

/** A successful batch response can contain errors. Our batch has one input, which only an error in its values rejects. */
function partial(reply: HttpReply): DeliveryOutcome | undefined {
  const answer = batch.safeParse(reply.json());
  if (!answer.success || (answer.data.results === undefined && answer.data.errors === undefined))
    return undefined;
  const { results = [], errors = [] } = answer.data;
  if (errors.length > 0) {
    const faults = errors.flatMap(faultsOf);
    const reason = `HubSpot: ${reply.status} ${faults.map(nameOf).filter(Boolean).join(', ')}`.trimEnd();
    if (faults.some(isUnknownProperty)) return unknownProperty(reason);
    if (errors.some(({ category }) => category === MISSING_SCOPES)) return broken(reason);
    return errors.every(({ category }) => category === INVALID_VALUES) ? rejected(reason) : retry(reason);
  }
  return results.length > 0
    ? undefined
    : rejected(`HubSpot: ${reply.status} without a result; nothing was written`);
}

function unknownProperty(reason: string): DeliveryOutcome {
  return broken(`${reason}; let "setup prepare" create it, or correct the mapping`);
}

function limit(reply: HttpReply, after: number | undefined): [string, { after: number }] {
  const policy = refusal.safeParse(reply.json()).data?.policyName ?? 'limit';
  return [`HubSpot: 429 ${policy}`, { after: after ?? (policy === 'DAILY' ? DAILY_SECONDS : BURST_SECONDS) }];
}

function reasonOf(reply: HttpReply): string {
  return ['HubSpot:', reply.status, ...faultsIn(reply).map(nameOf).filter(Boolean)].join(' ');
}

function faultsIn(reply: HttpReply): Fault[] {
  const said = refusal.safeParse(reply.json()).data;
  return said === undefined ? [] : faultsOf(said);
}

function faultsOf(said: z.output<typeof refusal>): Fault[] {
  return [said, ...(said.errors ?? listedIn(said.message ?? ''))];
}

function isUnknownProperty({ code }: Fault): boolean {
  return code === UNKNOWN_PROPERTY;
}

/** Only names and codes, because the rest of the message quotes values. */
function listedIn(message: string): Fault[] {
  const found = listed.safeParse(parsed(LIST.exec(message)?.[1] ?? ''));
  return (found.data ?? []).map(({ error, name }) => ({ code: error, context: { propertyName: [name] } }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameOf({ category, code, context }: Fault): string {
  const { propertyName = [], requiredScopes = [], requiredGranularScopes = [] } = context ?? {};
  const scopes = [...requiredGranularScopes, ...requiredScopes].filter((scope) => SCOPE.test(scope));
  return [category, code, ...propertyName, ...scopes].filter(Boolean).join(' ');
}
