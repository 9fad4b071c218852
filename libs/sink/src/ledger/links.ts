// Ids that the other side has given to what belongs to an ordering key, remembered over deliveries: the conversation's
// ticket, its thread. While Postgres is away a delivery waits here: going on would make a second ticket one day.
import type { Logger } from '@switchboard/contracts';
import type { Database } from '@switchboard/postgres';
import { type Persistence, persist } from './persist.ts';

/** Whose link it is. */
export interface LinkPlace {
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly kind: string;
}

/** Keeps links. */
export class Links {
  constructor(
    private readonly db: Database,
    private readonly persistence: Persistence,
    private readonly logger: Logger,
  ) {}

  async get({ integrationId, orderingKey, kind }: LinkPlace): Promise<string | undefined> {
    const [row] = await persist(
      'reading a link',
      () =>
        this.db.query<{ reference: string }>(
          'select reference from integration_link where integration_id = $1 and ordering_key = $2 and kind = $3',
          [integrationId, orderingKey, kind],
        ),
      this.persistence,
      this.logger,
    );
    return row?.reference;
  }

  async keep({ integrationId, orderingKey, kind }: LinkPlace, reference: string): Promise<void> {
    await persist(
      'keeping a link',
      () =>
        this.db.query(
          `insert into integration_link (integration_id, ordering_key, kind, reference) values ($1, $2, $3, $4)
           on conflict (integration_id, ordering_key, kind)
           do update set reference = excluded.reference, updated_at = now()`,
          [integrationId, orderingKey, kind, reference.replaceAll('\0', '')],
        ),
      this.persistence,
      this.logger,
    );
  }
}
