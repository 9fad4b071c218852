// Publishes operational events: moves rows of the table `operation` (a transactional outbox) to the topic of operations. A
// row is deleted when Kafka has acknowledged it, so an event may be published twice, with the same id.
import { encodeHeaders, InfrastructureError, type Logger, RecordError, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import type { Database, Queryable } from '@switchboard/postgres';

/** Advisory lock: one process publishes at a time, so that a recovery cannot overtake the failure before it. Never change it. */
const LOCK = 7_310_003;
const MAX_BATCH = 100;
const MAX_TEXT = 2_000;
/** Pause after a failure. An attempt holds a database connection until the send times out; deliveries need it more. */
const PAUSE_MS = 30_000;

/** A row of `operation`. */
interface OperationRow {
  readonly id: number;
  readonly at: Date;
  readonly type: string;
  readonly tenantId: string;
  readonly integrationId: string;
  readonly sink: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the relay needs. */
export interface RelayDeps {
  readonly db: Database;
  readonly producer: Pick<KafkaProducer, 'sendMany'>;
  readonly logger: Logger;
}

/** Publishes the operational events of all processes. */
export class OperationRelay {
  private pausedUntil = 0;

  constructor(private readonly deps: RelayDeps) {}

  /** Publishes the oldest events. Returns 0, the delay of the next turn, when there may be more. */
  async turn(): Promise<number | undefined> {
    if (performance.now() < this.pausedUntil) return undefined;
    const [any] = await this.deps.db.query('select 1 from operation limit 1');
    if (any === undefined) return undefined;
    const published = await this.deps.db.transaction((tx) => this.publish(tx));
    return published < MAX_BATCH ? undefined : 0;
  }

  /** Number of events that wait to be published. */
  async waiting(): Promise<number> {
    const [row] = await this.deps.db.query<{ waiting: number }>('select count(*) as waiting from operation');
    return row?.waiting ?? 0;
  }

  private async publish(tx: Queryable): Promise<number> {
    const [lock] = await tx.query<{ got: boolean }>(
      'select pg_try_advisory_xact_lock($1, hashtext($2)) as got',
      [LOCK, this.deps.db.schema],
    );
    if (!lock?.got) return 0;
    const rows = await tx.query<OperationRow>(
      `select id, at, type, tenant_id as "tenantId", integration_id as "integrationId", sink, data
       from operation order by id limit $1::int`,
      [MAX_BATCH],
    );
    const finished = await this.send(rows);
    await tx.query('delete from operation where id = any($1::bigint[])', [finished.map(({ id }) => id)]);
    return finished.length;
  }

  /** Returns the rows that need not be sent again: Kafka has acknowledged them, or refuses them for good. */
  private async send(rows: readonly OperationRow[]): Promise<readonly OperationRow[]> {
    const { producer, logger } = this.deps;
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
          'Kafka refuses an operational event for good; dropped.',
        );
        return rows;
      }
      if (!(error instanceof InfrastructureError)) throw error;
      this.pausedUntil = performance.now() + PAUSE_MS;
      logger.warn(
        { waiting: rows.length, error_message: error.message },
        'Publishing operational events failed; retrying.',
      );
      return [];
    }
  }

  /** Sends rows one by one: Kafka refuses one of them, and the others must not wait behind it. */
  private async sendEach(rows: readonly OperationRow[]): Promise<readonly OperationRow[]> {
    for (const [sent, row] of rows.entries()) {
      if ((await this.send([row])).length === 0) return rows.slice(0, sent);
    }
    return rows;
  }
}

/** The CloudEvent of a row; its value is an envelope like that of every event. */
export function recordOf({ id, at, type, tenantId, integrationId, sink, data }: OperationRow): OutRecord {
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
    // Texts are truncated, so that a long reason cannot make a record too large for Kafka.
    value: Buffer.from(JSON.stringify(body, truncate)),
    headers: encodeHeaders({ id: `op-${id}`, type, source: `/sinks/${sink}`, tenantId, time }),
    timestamp: at.getTime(),
  };
}

function truncate(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : value;
}
