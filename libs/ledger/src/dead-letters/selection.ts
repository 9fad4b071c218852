// Which dead letters a request is about: those with certain ids, or all that match a filter. Listing, replaying and
// discarding use the same selection, so an action changes what was listed.
import { z } from 'zod';
import { type DeadLetterId, formatId } from './dead-letter.ts';

const text = z
  .string()
  .min(1, 'is empty')
  .max(500)
  .regex(/^[^\0]*$/, 'contains a NUL character');

/** A filter for dead letters. All fields must match; an empty filter matches every dead letter. */
export const deadLetterFilter = z
  .strictObject({
    /** `delivery`: a dead row of the ledger. `record`: a record that a service could not process. */
    kind: z.enum(['delivery', 'record']).optional(),
    /** The service whose dead letter it is, for example `enricher` or `sink-slack`. */
    stage: text.optional(),
    tenantId: text.optional(),
    /** Matches deliveries only: records have no integration. */
    integrationId: text.optional(),
    eventType: text.optional(),
    /** Part of the reason, regardless of case (ASCII letters only). */
    reason: text.optional(),
    /** Died at this time or later. */
    since: z.date().optional(),
    /** Died before this time. */
    until: z.date().optional(),
  })
  .refine(({ since, until }) => !since || !until || since < until, {
    path: ['since'],
    error: 'must be before "until"',
  });

export type DeadLetterFilter = z.output<typeof deadLetterFilter>;

/** Dead letters by id, limited to one tenant where `tenantId` is given, or all that match a filter. */
export type DeadLetterSelection =
  | { readonly ids: readonly DeadLetterId[]; readonly tenantId?: string }
  | { readonly filter: DeadLetterFilter };

/** The parameters of a statement, numbered in the order in which they are added. */
export class SqlParameters {
  readonly values: unknown[] = [];

  constructor(...first: unknown[]) {
    this.values.push(...first);
  }

  /** Adds a parameter and returns its placeholder, for example `$3`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** The SQL condition that a row of `dead_letter` is selected and dead. */
export function selectionCondition(selection: DeadLetterSelection, parameters: SqlParameters): string {
  const conditions =
    'ids' in selection ? idConditions(selection, parameters) : filterConditions(selection.filter, parameters);
  return [`state = 'dead'`, ...conditions].join(' and ');
}

/** The selection as JSON, for the action log. */
export function describeSelection(selection: DeadLetterSelection): object {
  if (!('ids' in selection)) return { filter: selection.filter };
  const { ids, tenantId } = selection;
  return { ids: ids.map(formatId), ...(tenantId === undefined ? {} : { tenantId }) };
}

function idConditions(
  { ids, tenantId }: Extract<DeadLetterSelection, { readonly ids: unknown }>,
  parameters: SqlParameters,
): string[] {
  const idsMatch = idCondition(ids, parameters);
  return tenantId === undefined ? [idsMatch] : [idsMatch, `tenant_id = ${parameters.add(tenantId)}`];
}

function idCondition(ids: readonly DeadLetterId[], parameters: SqlParameters): string {
  const deliveries = ids.flatMap((id) => (id.kind === 'delivery' ? [id.delivery] : []));
  const records = ids.flatMap((id) => (id.kind === 'record' ? [id] : []));
  const partitions = parameters.add(records.map(({ partition }) => partition));
  const offsets = parameters.add(records.map(({ offset }) => offset));
  return `(delivery_id = any(${parameters.add(deliveries)}::bigint[])
    or (letter_partition, letter_offset) in (select * from unnest(${partitions}::int[], ${offsets}::bigint[])))`;
}

function filterConditions(filter: DeadLetterFilter, parameters: SqlParameters): string[] {
  const { kind, reason, since, until } = filter;
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [`${column} = ${parameters.add(value)}`];
  return [
    ...(kind === undefined ? [] : [`delivery_id is ${kind === 'delivery' ? 'not null' : 'null'}`]),
    ...equal('stage', filter.stage),
    ...equal('tenant_id', filter.tenantId),
    ...equal('integration_id', filter.integrationId),
    ...equal('event_type', filter.eventType),
    // Collation "C" is twice as fast as others: 0.1 s for 100,000 reasons.
    ...(reason === undefined
      ? []
      : [`strpos(lower(reason collate "C"), ${parameters.add(lowerAscii(reason))}) > 0`]),
    ...(since === undefined ? [] : [`at >= ${parameters.add(since.toISOString())}`]),
    ...(until === undefined ? [] : [`at < ${parameters.add(until.toISOString())}`]),
  ];
}

/** Lower case as lower() makes it in the collation "C". */
function lowerAscii(given: string): string {
  return given.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
