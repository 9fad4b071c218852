// Ids that the other side has given to what belongs to an ordering key, remembered over deliveries: the conversation's
// ticket, its thread. While Postgres is away a delivery waits here: going on would make a second ticket one day.
import type { Logger } from '@switchboard/contracts';
import type { Database } from '@switchboard/postgres';
import { type Persistence, retryUntilWritten } from './retry-until-written.ts';
import type { Claim } from './row.ts';
import { ClaimLostError } from './step-store.ts';
import { storableText } from './storable.ts';

/** Whose link it is. */
export interface LinkPlace {
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly kind: string;
}

// A link that is in use is as good as new: at most one write a day says so.
const GET = `
  with found as (
    select reference, updated_at from integration_link where integration_id = $1 and ordering_key = $2 and kind = $3
  ), used as (
    update integration_link set updated_at = now()
    where integration_id = $1 and ordering_key = $2 and kind = $3
      and (select updated_at from found) < now() - interval '1 day'
  )
  select reference from found`;

// The row is locked: whoever takes it over waits until the link is kept.
const KEEP = `
  with mine as (
    select 1 from delivery where day = $5::date and id = $6::bigint and claim = $7::bigint for share
  )
  insert into integration_link (integration_id, ordering_key, kind, reference) select $1, $2, $3, $4 from mine
  on conflict (integration_id, ordering_key, kind) do update set reference = excluded.reference, updated_at = now()
  returning 1`;

// One look per integration that has links, however many links there are.
const CLEAN = `
  with recursive linked as (
    (select integration_id as id from integration_link order by 1 limit 1)
    union all
    select (select l.integration_id from integration_link l where l.integration_id > h.id order by 1 limit 1)
    from linked h where h.id is not null
  ), deleted as materialized (
    select h.id from linked h where h.id is not null and not exists (select from integrations g where g.id = h.id)
  ), ended as (
    (select l.* from deleted d cross join lateral (
       select integration_id, ordering_key, kind from integration_link where integration_id = d.id limit $2
     ) l limit $2)
    union all
    (select integration_id, ordering_key, kind from integration_link
     where updated_at < now() - $1::float8 * interval '1 day' order by updated_at limit $2)
  )
  delete from integration_link where (integration_id, ordering_key, kind) in (select * from ended) returning 1`;

/** Links that one call forgets, of deleted integrations and of unused ones each. */
export const LINKS_PER_CALL = 1_000;

/** Keeps links. */
export class Links {
  constructor(
    private readonly db: Database,
    private readonly persistence: Persistence,
    private readonly logger: Logger,
  ) {}

  /** Throws RefusedValueError where no such link can be. */
  async get(place: LinkPlace): Promise<string | undefined> {
    const [row] = await retryUntilWritten(
      'reading a link',
      () => this.db.query<{ reference: string }>(GET, named(place)),
      this.persistence,
      this.logger,
    );
    return row?.reference;
  }

  /** Throws ClaimLostError when the delivery is no longer ours, and RefusedValueError when it cannot be kept. */
  async keep({ day, id, claim }: Claim, place: LinkPlace, reference: string): Promise<void> {
    const params = [...named(place), storableText(reference), day, id, claim];
    const kept = await retryUntilWritten(
      'keeping a link',
      () => this.db.query(KEEP, params),
      this.persistence,
      this.logger,
    );
    if (kept.length === 0)
      throw new ClaimLostError(`keeping a link of delivery ${id}: another process has taken it over`);
  }
}

/**
 * Forgets links of integrations that were deleted, and those that were neither kept nor read for so many days. Answers how
 * many; LINKS_PER_CALL or more when there may be others.
 */
export async function cleanLinks(db: Database, days: number): Promise<number> {
  return (await db.query(CLEAN, [days, LINKS_PER_CALL])).length;
}

function named({ integrationId, orderingKey, kind }: LinkPlace): string[] {
  return [integrationId, orderingKey, storableText(kind)];
}
