// Links: ids that a vendor has given to objects of an ordering key, for example the ticket of a conversation. Later
// deliveries use them. While Postgres is not available a delivery waits here: without the link a later one would create a
// second ticket.
import type { Logger } from '@switchboard/contracts';
import type { Database } from '@switchboard/postgres';
import type { Claim } from './ledger-row.ts';
import { retryUntilWritten, type WriteRetries } from './retry-until-written.ts';
import { sanitizeText } from './sanitize.ts';
import { ClaimLostError } from './step-store.ts';

/** Identifies a link. */
export interface LinkKey {
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly kind: string;
}

// Reading a link renews its age, with at most one write a day.
const GET = `
  with found as (
    select reference, updated_at from integration_link where integration_id = $1 and ordering_key = $2 and kind = $3
  ), used as (
    update integration_link set updated_at = now()
    where integration_id = $1 and ordering_key = $2 and kind = $3
      and (select updated_at from found) < now() - interval '1 day'
  )
  select reference from found`;

// The row is locked, so that a process that takes it over waits until the link is stored.
const KEEP = `
  with mine as (
    select 1 from delivery where day = $5::date and id = $6::bigint and claim = $7::bigint for share
  )
  insert into integration_link (integration_id, ordering_key, kind, reference) select $1, $2, $3, $4 from mine
  on conflict (integration_id, ordering_key, kind) do update set reference = excluded.reference, updated_at = now()
  returning 1`;

// One index look-up per integration that has links, however many links it has.
const DELETE_OLD = `
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

/** Most links that one call deletes, of deleted integrations and of unused links each. */
export const LINKS_PER_CALL = 1_000;

/** Reads and stores links. */
export class Links {
  constructor(
    private readonly db: Database,
    private readonly retries: WriteRetries,
    private readonly logger: Logger,
  ) {}

  /** The vendor's id. Throws RefusedValueError when Postgres refuses the key. */
  async get(key: LinkKey): Promise<string | undefined> {
    const [row] = await retryUntilWritten(
      'reading a link',
      () => this.db.query<{ reference: string }>(GET, keyParameters(key)),
      this.retries,
      this.logger,
    );
    return row?.reference;
  }

  /** Throws ClaimLostError when this process no longer owns the delivery, and RefusedValueError when Postgres refuses a value. */
  async keep({ day, id, claim }: Claim, key: LinkKey, reference: string): Promise<void> {
    const params = [...keyParameters(key), sanitizeText(reference), day, id, claim];
    const kept = await retryUntilWritten(
      'storing a link',
      () => this.db.query(KEEP, params),
      this.retries,
      this.logger,
    );
    if (kept.length === 0)
      throw new ClaimLostError(`storing a link of delivery ${id}: another process has taken it over`);
  }
}

/**
 * Deletes links of deleted integrations, and links that were neither stored nor read for this many days. Returns how many;
 * LINKS_PER_CALL or more when there may be others.
 */
export async function deleteOldLinks(db: Database, days: number): Promise<number> {
  return (await db.query(DELETE_OLD, [days, LINKS_PER_CALL])).length;
}

function keyParameters({ integrationId, orderingKey, kind }: LinkKey): string[] {
  return [integrationId, orderingKey, sanitizeText(kind)];
}
