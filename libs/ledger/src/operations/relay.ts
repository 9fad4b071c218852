// Tells what happened to integrations on the topic of operations. It was written down together with what it is about; a
// row goes when Kafka has it. At least once: told again it has the same id.
import { encodeHeaders, InfrastructureError, type Logger, RecordError, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import type { Database, Queryable } from '@switchboard/postgres';

/** One process tells at a time, for a recovery must not overtake the trouble; any constant will do, as long as it stays. */
const LOCK = 7_310_003;
const MAX_BATCH = 100;
const MAX_TEXT = 2_000;
/** While Kafka is away a try holds a connection for as long as a send may take; deliveries need it more. */
const REST_MS = 30_000;

/** A row of `operation`. */
interface Stored {
  readonly id: number;
  readonly at: Date;
  readonly type: string;
  readonly tenantId: string;
  readonly integrationId: string;
  readonly sink: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What telling needs. */
export interface RelayParts {
  readonly db: Database;
  readonly producer: Pick<KafkaProducer, 'sendMany'>;
  readonly logger: Logger;
}

/** Tells the operations of all processes. */
export class Relay {
  private restsUntil = 0;

  constructor(private readonly parts: RelayParts) {}

  /** Tells the oldest ones. Answers 0 when there may be more. */
  async turn(): Promise<number | undefined> {
    if (performance.now() < this.restsUntil) return undefined;
    const [any] = await this.parts.db.query('select 1 from operation limit 1');
    if (any === undefined) return undefined;
    const told = await this.parts.db.transaction((tx) => this.tell(tx));
    return told < MAX_BATCH ? undefined : 0;
  }

  /** How many wait to be told. */
  async waiting(): Promise<number> {
    const [row] = await this.parts.db.query<{ waiting: number }>('select count(*) as waiting from operation');
    return row?.waiting ?? 0;
  }

  private async tell(tx: Queryable): Promise<number> {
    const [lock] = await tx.query<{ got: boolean }>(
      'select pg_try_advisory_xact_lock($1, hashtext($2)) as got',
      [LOCK, this.parts.db.schema],
    );
    if (!lock?.got) return 0;
    const rows = await tx.query<Stored>(
      `select id, at, type, tenant_id as "tenantId", integration_id as "integrationId", sink, data
       from operation order by id limit $1::int`,
      [MAX_BATCH],
    );
    const ended = await this.send(rows);
    await tx.query('delete from operation where id = any($1::bigint[])', [ended.map(({ id }) => id)]);
    return ended.length;
  }

  /** Answers those that need not be sent again: Kafka has them, or never takes them. */
  private async send(rows: readonly Stored[]): Promise<readonly Stored[]> {
    const { producer, logger } = this.parts;
    const [first] = rows;
    try {
      await producer.sendMany(rows.map(recordOf));
      return rows;
    } catch (error) {
      if (error instanceof RecordError && first !== undefined) {
        if (rows.length > 1) return this.sendEach(rows);
        const { id, type, integrationId, tenantId } = first;
        logger.error(
          { operation: id, type, integration_id: integrationId, tenant_id: tenantId, error_code: error.code },
          'Kafka refuses an operational event for good; it is given up.',
        );
        return rows;
      }
      if (!(error instanceof InfrastructureError)) throw error;
      this.restsUntil = performance.now() + REST_MS;
      logger.warn(
        { waiting: rows.length, error_message: error.message },
        'Publishing operational events failed; retrying.',
      );
      return [];
    }
  }

  /** One of them is refused for what it is: the others must not wait behind it. */
  private async sendEach(rows: readonly Stored[]): Promise<readonly Stored[]> {
    for (const [sent, row] of rows.entries()) {
      if ((await this.send([row])).length === 0) return rows.slice(0, sent);
    }
    return rows;
  }
}

/** A CloudEvent whose value is an envelope as those of all events are. */
export function recordOf({ id, at, type, tenantId, integrationId, sink, data }: Stored): OutRecord {
  const time = at.toISOString();
  const body = {
    event: type,
    timestamp: time,
    tenant_id: tenantId,
    data: { integration_id: integrationId, sink, ...data },
  };
  return {
    topic: topics.operations,
    key: integrationId,
    // Cut, so that no sink's reason makes a record that Kafka never takes and everything behind it waits for.
    value: Buffer.from(JSON.stringify(body, cut)),
    headers: encodeHeaders({ id: `op-${id}`, type, source: `/sinks/${sink}`, tenantId, time }),
    timestamp: at.getTime(),
  };
}

function cut(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : value;
}
