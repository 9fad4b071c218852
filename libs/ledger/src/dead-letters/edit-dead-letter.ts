// Gives one dead letter another body. The event's own body is shared with other integrations and does not change.
import { definitionOf, envelope, MAX_VALUE_BYTES, schemaFaults } from '@switchboard/contracts';
import type { Queryable } from '@switchboard/postgres';
import { DeadLetterError, type DeadLetterId, formatId } from './dead-letter.ts';

/** Who edits, and how. */
export interface EditOptions {
  readonly actor: string;
  /** Accepts a body that is not a valid event of the letter's type. */
  readonly force?: boolean;
  /** When given, a letter of another tenant is not found. */
  readonly tenantId?: string;
}

interface EditedLetter {
  readonly state: string;
  readonly tenantId: string | null;
  readonly eventType: string | null;
}

const letterSql = `select state, tenant_id as "tenantId", event_type as "eventType" from dead_letter where `;

const loggedSql = (deliveries: number, records: number) => `logged as (
    insert into dead_letter_action (actor, verb, chosen, forced, deliveries, records, finished_at)
    select $1, 'edit', jsonb_build_object('ids', jsonb_build_array($2::text), 'original', $4::bytea is null), $3,
      ${deliveries}, ${records}, now() from edited
  )
  select 1 from edited`;

const deliverySql = `
  with edited as (
    update delivery d set edited_body = $4::bytea from dead_letter l
    where l.delivery_id = $5 and d.day = l.day and d.id = l.delivery_id and d.state = 'dead'
    returning d.id
  ), ${loggedSql(1, 0)}`;

const recordSql = `
  with edited as (
    update dead_record r set edited_value = $4::bytea from dead_letter l
    where l.letter_partition = $5 and l.letter_offset = $6 and l.state = 'dead'
      and r.letter_partition = l.letter_partition and r.letter_offset = l.letter_offset
    returning r.letter_offset
  ), ${loggedSql(0, 1)}`;

/**
 * Gives a dead letter another body, or its original one again (null). Throws DeadLetterError NOT_FOUND, NOT_DEAD,
 * BODY_TOO_LARGE or FOREIGN_TENANT; without `force` also INVALID_BODY when the body is not a valid event of the letter's
 * type.
 */
export async function editDeadLetter(
  db: Queryable,
  id: DeadLetterId,
  body: Buffer | null,
  { actor, force = false, tenantId }: EditOptions,
): Promise<void> {
  const place = id.kind === 'delivery' ? [id.delivery] : [id.partition, id.offset];
  const [letter] = await db.query<EditedLetter>(
    letterSql +
      (id.kind === 'delivery' ? 'delivery_id = $1' : 'letter_partition = $1 and letter_offset = $2'),
    place,
  );
  const name = formatId(id);
  if (letter === undefined || (tenantId !== undefined && letter.tenantId !== tenantId))
    throw new DeadLetterError('NOT_FOUND', `editing ${name}: there is no such dead letter`);
  if (body !== null) checkBody(name, letter, body, force);
  const edited = await db.query(id.kind === 'delivery' ? deliverySql : recordSql, [
    actor,
    name,
    force,
    body,
    ...place,
  ]);
  if (letter.state !== 'dead' || edited.length === 0)
    throw new DeadLetterError(
      'NOT_DEAD',
      `editing ${name}: it is no longer dead; only a dead letter can be edited`,
    );
}

function checkBody(name: string, { tenantId, eventType }: EditedLetter, body: Buffer, force: boolean): void {
  if (body.length > MAX_VALUE_BYTES) {
    throw new DeadLetterError(
      'BODY_TOO_LARGE',
      `editing ${name}: the body has ${body.length} bytes; the limit is ${MAX_VALUE_BYTES}`,
    );
  }
  const content = parseJson(body);
  const tenant = (content as { readonly tenant_id?: unknown } | null | undefined)?.tenant_id;
  if (tenant !== undefined && tenantId !== null && tenant !== tenantId)
    throw new DeadLetterError(
      'FOREIGN_TENANT',
      `editing ${name}: the body names another tenant than ${tenantId}`,
    );
  const fault = force ? undefined : bodyFault(content, eventType);
  if (fault !== undefined)
    throw new DeadLetterError('INVALID_BODY', `editing ${name}: ${fault}; correct the body, or force it`);
}

/** Why the body is not a valid event of the type. Names paths, never values. */
function bodyFault(content: unknown, eventType: string | null): string | undefined {
  if (content === undefined) return 'the body is not JSON';
  const checked = envelope.safeParse(content);
  if (!checked.success) return schemaFaults(checked.error);
  if (eventType !== null && checked.data.event !== eventType) return `event: must be ${eventType}`;
  const data = definitionOf(checked.data.event)?.data.safeParse(checked.data.data);
  return data === undefined || data.success ? undefined : schemaFaults(data.error, 'data');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
