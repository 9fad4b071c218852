// Options that several verbs have: which dead letters, and who does it.
import {
  type DeadLetterFilter,
  type DeadLetterSelection,
  deadLetterFilter,
  parseId,
} from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';

export const exitCodes = `Exit code 0: done; 1: nothing found, or some of it failed; 2: the command line or a setting is wrong; 3: Postgres or
Kafka cannot be reached.`;

export const filterHelp = `  --tenant ID         of this tenant
  --integration ID    of this integration
  --type TYPE         of this event type
  --reason TEXT       with this text in the reason, in upper or lower case
  --stage NAME        given up by this service: enricher, sink-slack
  --kind KIND         delivery or record
  --since TIME        dead since this time or later: RFC 3339, or how long ago, such as 30m, 2h, 7d
  --until TIME        dead since before this time`;

export const selectionHelp = `  ID...               d-41 is delivery 41 of the ledger, k-3-1207 a record of the dead-letter topic
  --all               all dead letters, in place of ids or a filter
${filterHelp}`;

export const actionHelp = `  --yes               do not ask before more than one
  --by NAME           who did it, for the history of the dead letter (default: your user name)`;

export const endHelp = `  --json              JSON output, for programs
  --help

${exitCodes}
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

export const filterOptions = {
  tenant: text,
  integration: text,
  type: text,
  reason: text,
  stage: text,
  kind: text,
  since: text,
  until: text,
} as const;

export const options = { text, flag } as const;

/** Options of the verbs that change dead letters. */
export const actionOptions = { ...filterOptions, all: flag, yes: flag, by: text, json: flag } as const;

type Given = { readonly [name in keyof typeof filterOptions]?: string | undefined };

/** The filter of the command line; empty if there is none. Throws UsageError. */
export function readFilter(given: Given): DeadLetterFilter {
  const { tenant, integration, type, since, until, ...rest } = given;
  const words = {
    kind: rest.kind,
    stage: rest.stage,
    reason: rest.reason,
    tenantId: tenant,
    integrationId: integration,
    eventType: type,
    since: since === undefined ? undefined : readTime('--since', since),
    until: until === undefined ? undefined : readTime('--until', until),
  };
  const filter = deadLetterFilter.safeParse(
    Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)),
  );
  if (filter.success) return filter.data;
  const [issue] = filter.error.issues;
  throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** The selected dead letters: by ids, by a filter, or all of them with `--all`. Throws UsageError. */
export function readSelection(
  ids: readonly string[],
  given: Given & { readonly all: boolean },
): DeadLetterSelection {
  const { all, ...words } = given;
  const filter = readFilter(words);
  const filtered = Object.keys(filter).length > 0;
  if ([ids.length > 0, filtered, all].filter(Boolean).length !== 1)
    throw new UsageError('give either ids, or a filter, or --all');
  return ids.length > 0 ? { ids: ids.map(parseId) } : { filter };
}

/** The only id of the command line. Throws UsageError. */
export function readId(ids: readonly string[]) {
  const [id, ...more] = ids;
  if (id === undefined || more.length > 0) throw new UsageError('give one id, such as d-41 or k-3-1207');
  return parseId(id);
}

/** A whole number from 1 to `most`. Throws UsageError. */
export function readNumber(option: string, given: string, most: number): number {
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= 1 && number <= most) return number;
  throw new UsageError(`${option} ${given}: give a whole number from 1 to ${most}`);
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time, as RFC 3339 or as how long ago it was. Throws UsageError. */
export function readTime(option: string, given: string): Date {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (number !== undefined) return new Date(Date.now() - Number(number) * UNITS[unit as keyof typeof UNITS]);
  const moment = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(moment)) return new Date(moment);
  throw new UsageError(`${option} ${given}: give a time such as 2026-02-03T10:00:00Z, or 30m, 2h, 7d`);
}
