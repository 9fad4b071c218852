// What HubSpot's answers mean where the default table does not know: partial batches, locks, limits. Reasons name
// categories, codes and property names, never HubSpot's messages, which quote the values.
import {
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
  context: z.object({ propertyName: z.array(z.string()).optional() }).optional(),
});
const refusal = fault.extend({ policyName: z.string().optional(), errors: z.array(fault).optional() });
const batch = z.object({ results: z.array(z.unknown()).optional(), errors: z.array(fault).optional() });

/** Locked, or the account is moving to another data centre. */
const LOCKED = new Set([423, 477]);
const LOCKED_SECONDS = 2;
const BURST_SECONDS = 10;
/** The daily limit ends at midnight of a time zone we do not know: asked again every hour. */
const DAILY_SECONDS = 3600;

/** The outcome that an answer to a write stands for; undefined when it is a success. */
export function outcomeOf(reply: HttpReply): DeliveryOutcome | undefined {
  const { status } = reply;
  return status >= 200 && status < 300 ? partial(reply) : refusalOf(reply);
}

/** The outcome that an answer stands for by its status; undefined when that is a success. */
export function refusalOf(reply: HttpReply): DeliveryOutcome | undefined {
  const { status } = reply;
  const after = retryAfter(reply);
  if (LOCKED.has(status)) return retry(`HubSpot: ${status} locked`, { after: after ?? LOCKED_SECONDS });
  if (status === 409) return retry('HubSpot: 409 written by somebody else at the same moment');
  if (status === 429) return retry(...limit(reply, after));
  const outcome = byStatus(reply);
  return outcome.kind === 'delivered' ? undefined : { ...outcome, reason: reasonOf(reply) };
}

/** A batch answer may be a success that did nothing, or only for some: ours is a batch of one. */
function partial(reply: HttpReply): DeliveryOutcome | undefined {
  const answer = batch.safeParse(reply.json());
  if (!answer.success || (answer.data.results === undefined && answer.data.errors === undefined))
    return undefined;
  const { results = [], errors = [] } = answer.data;
  if (errors.length > 0) return rejected(`HubSpot: ${reply.status} ${errors.map(nameOf).join(', ')}`);
  return results.length > 0
    ? undefined
    : rejected(`HubSpot: ${reply.status} without a result; nothing was written`);
}

function limit(reply: HttpReply, after: number | undefined): [string, { after: number }] {
  const policy = refusal.safeParse(reply.json()).data?.policyName ?? 'limit';
  return [`HubSpot: 429 ${policy}`, { after: after ?? (policy === 'DAILY' ? DAILY_SECONDS : BURST_SECONDS) }];
}

function reasonOf(reply: HttpReply): string {
  const said = refusal.safeParse(reply.json()).data;
  const names = said ? [said, ...(said.errors ?? [])].map(nameOf).filter(Boolean) : [];
  return ['HubSpot:', reply.status, ...names].join(' ');
}

function nameOf({ category, code, context }: z.output<typeof fault>): string {
  return [category, code, ...(context?.propertyName ?? [])].filter(Boolean).join(' ');
}
