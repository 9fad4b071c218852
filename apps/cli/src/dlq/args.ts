// Arguments that several verbs have: which dead letters are meant, and who asks.
import {
  type DeadLetterFilter,
  type DeadLetterSelection,
  deadLetterFilter,
  parseId,
} from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';

export const exitCodes = `Exit code 0: done; 1: nothing found, or some of it failed; 2: the command line or a setting was wrong; 3: Postgres or
Kafka is away.`;

export const filterHelp = `  --tenant ID         of this tenant
  --integration ID    of this integration
  --type TYPE         of this event type
  --reason TEXT       with this in the reason, in large or small letters
  --stage NAME        given up by this service: enricher, sink-slack
  --kind KIND         delivery or record
  --since TIME        died then or later: an RFC 3339 time, or how long ago, as 30m, 2h, 7d
  --until TIME        died before`;

export const choosingHelp = `  ID...               these: d-41 is delivery 41 of the ledger, k-3-1207 a record of the dead-letter topic
  --all               all there are, instead of ids or a filter
${filterHelp}`;

export const settlingHelp = `  --yes               more than one without asking
  --by NAME           who is written down as having done it (your user name)`;

export const endHelp = `  --json              for machines
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

/** Of verbs that do something to many. */
export const settlingOptions = { ...filterOptions, all: flag, yes: flag, by: text, json: flag } as const;

type Given = { readonly [name in keyof typeof filterOptions]?: string | undefined };

/** The filter that is given; empty when none is. Throws UsageError. */
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

/** Which are chosen: by ids, by a filter, or all; never all by saying nothing. Throws UsageError. */
export function readChosen(
  ids: readonly string[],
  given: Given & { readonly all: boolean },
): DeadLetterSelection {
  const { all, ...words } = given;
  const filter = readFilter(words);
  const filtered = Object.keys(filter).length > 0;
  if ([ids.length > 0, filtered, all].filter(Boolean).length !== 1)
    throw new UsageError('name ids, or a filter, or --all, and only one of these');
  return ids.length > 0 ? { ids: ids.map(parseId) } : { filter };
}

/** The one id that is given. Throws UsageError. */
export function readId(ids: readonly string[]) {
  const [id, ...more] = ids;
  if (id === undefined || more.length > 0) throw new UsageError('name one id, as d-41 or k-3-1207');
  return parseId(id);
}

/** A whole number within bounds. Throws UsageError. */
export function readNumber(option: string, given: string, most: number): number {
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= 1 && number <= most) return number;
  throw new UsageError(`${option} ${given}: give a whole number from 1 to ${most}`);
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A moment, as such or by how long ago it was. Throws UsageError. */
export function readTime(option: string, given: string): Date {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (number !== undefined) return new Date(Date.now() - Number(number) * UNITS[unit as keyof typeof UNITS]);
  const moment = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(moment)) return new Date(moment);
  throw new UsageError(`${option} ${given}: give a time such as 2026-02-03T10:00:00Z, or 30m, 2h, 7d`);
}
