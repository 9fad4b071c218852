// Another body for one dead letter. The event's own body is shared with other integrations and stays as it is.
import { definitionOf, envelope, MAX_VALUE_BYTES, schemaFaults } from '@switchboard/contracts';
import type { Queryable } from '@switchboard/postgres';
import { DeadLetterError } from './dead-letter-error.ts';
import { type DeadLetterId, formatId } from './dead-letter-id.ts';

/** Who edits, and whether it matters that the body is no event of its type. */
export interface EditOptions {
  readonly actor: string;
  readonly force?: boolean;
  /** A letter of another tenant is not found. */
  readonly tenantId?: string;
}

interface Subject {
  readonly state: string;
  readonly tenantId: string | null;
  readonly eventType: string | null;
}

const subjectSql = `select state, tenant_id as "tenantId", event_type as "eventType" from dead_letter where `;

const noteSql = (deliveries: number, records: number) => `noted as (
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
  ), ${noteSql(1, 0)}`;

const recordSql = `
  with edited as (
    update dead_record r set edited_value = $4::bytea from dead_letter l
    where l.letter_partition = $5 and l.letter_offset = $6 and l.state = 'dead'
      and r.letter_partition = l.letter_partition and r.letter_offset = l.letter_offset
    returning r.letter_offset
  ), ${noteSql(0, 1)}`;

/**
 * Gives a dead letter another body, or its own again (null). Throws DeadLetterError NOT_FOUND, NOT_DEAD, BODY_TOO_LARGE,
 * FOREIGN_TENANT, and unless forced INVALID_BODY when the body is no event of the letter's type.
 */
export async function editDeadLetter(
  db: Queryable,
  id: DeadLetterId,
  body: Buffer | null,
  { actor, force = false, tenantId }: EditOptions,
): Promise<void> {
  const place = id.kind === 'delivery' ? [id.delivery] : [id.partition, id.offset];
  const [subject] = await db.query<Subject>(
    subjectSql +
      (id.kind === 'delivery' ? 'delivery_id = $1' : 'letter_partition = $1 and letter_offset = $2'),
    place,
  );
  const name = formatId(id);
  if (subject === undefined || (tenantId !== undefined && subject.tenantId !== tenantId))
    throw new DeadLetterError('NOT_FOUND', `editing ${name}: there is no such dead letter`);
  if (body !== null) checkBody(name, subject, body, force);
  const edited = await db.query(id.kind === 'delivery' ? deliverySql : recordSql, [
    actor,
    name,
    force,
    body,
    ...place,
  ]);
  if (subject.state !== 'dead' || edited.length === 0)
    throw new DeadLetterError(
      'NOT_DEAD',
      `editing ${name}: it is dead no more; what is on its way stays as it is`,
    );
}

function checkBody(name: string, { tenantId, eventType }: Subject, body: Buffer, force: boolean): void {
  if (body.length > MAX_VALUE_BYTES) {
    throw new DeadLetterError(
      'BODY_TOO_LARGE',
      `editing ${name}: the body has ${body.length} bytes and no service takes more than ${MAX_VALUE_BYTES}`,
    );
  }
  const content = parse(body);
  const tenant = (content as { readonly tenant_id?: unknown } | null | undefined)?.tenant_id;
  if (tenant !== undefined && tenantId !== null && tenant !== tenantId)
    throw new DeadLetterError(
      'FOREIGN_TENANT',
      `editing ${name}: the body names another tenant than ${tenantId}`,
    );
  const fault = force ? undefined : faultOf(content, eventType);
  if (fault !== undefined)
    throw new DeadLetterError('INVALID_BODY', `editing ${name}: ${fault}; mend the body, or force it`);
}

/** Why it is no event of the type, by paths and without values. */
function faultOf(content: unknown, eventType: string | null): string | undefined {
  if (content === undefined) return 'the body is no JSON';
  const checked = envelope.safeParse(content);
  if (!checked.success) return schemaFaults(checked.error);
  if (eventType !== null && checked.data.event !== eventType) return `event: is not ${eventType}`;
  const data = definitionOf(checked.data.event)?.data.safeParse(checked.data.data);
  return data === undefined || data.success ? undefined : schemaFaults(data.error, 'data');
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
