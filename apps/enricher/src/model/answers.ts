// Stores answers before they are used. So a redelivered event is enriched the same way again, and an event with the same
// question needs no call.
import { type AnalysisSource, type FallbackReason, RecordError } from '@switchboard/contracts';
import { type Database, QueryError } from '@switchboard/postgres';

/** What an event was enriched with. */
export interface StoredAnswer {
  readonly source: AnalysisSource;
  /** The enrichment's JSON as it was spliced into the event. */
  readonly enrichment: Buffer;
}

/** What a model said when it was asked the same. */
export interface CachedAnswer {
  readonly answer: unknown;
  /** As its server names it. */
  readonly model: string;
}

/** An event, as often as it may come, and what it asks. */
export interface Asked {
  readonly tenantId: string;
  readonly eventId: string;
  readonly promptVersion: string;
  /** Of what the model is asked; absent: no other event's answer fits. */
  readonly contentHash?: string | undefined;
}

/** What is to be kept of an event. */
export interface AnswerEntry extends Asked, StoredAnswer {
  /** What the model said, with its name; absent for a fallback. */
  readonly said?: CachedAnswer | undefined;
  /** Of a fallback. */
  readonly reason?: FallbackReason | undefined;
}

interface Found {
  readonly source: AnalysisSource | null;
  readonly enrichment: Buffer | null;
  readonly answer: unknown;
  readonly model: string | null;
}

const BATCH = 1_000;

const FIND = `
  select own.source, own.enrichment, same.answer, same.model
  from (values (true)) as always
    left join model_answer own on own.tenant_id = $1 and own.event_id = $2 and own.prompt_version = $3
    left join lateral (
      select answer, model from model_answer
      where tenant_id = $1 and content_hash = $4 and prompt_version = $3 and answer is not null
      order by created_at desc limit 1
    ) same on true`;

const KEEP = `
  with kept as (
    insert into model_answer (tenant_id, event_id, prompt_version, content_hash, source, answer, model, enrichment,
      fallback_reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (tenant_id, event_id, prompt_version) do nothing
    returning source, enrichment
  )
  select source, enrichment from kept
  union all
  select source, enrichment from model_answer where tenant_id = $1 and event_id = $2 and prompt_version = $3`;

const PURGE = `
  with old as (
    select tenant_id, event_id, prompt_version from model_answer
    where created_at < now() - make_interval(days => $1::int)
    order by created_at limit $2 for update skip locked
  ), gone as (
    delete from model_answer a using old
    where a.tenant_id = old.tenant_id and a.event_id = old.event_id and a.prompt_version = old.prompt_version
    returning 1
  )
  select count(*) as gone from gone`;

/** SQLSTATE class 22: a value that Postgres cannot take, such as a text with a NUL. All values here are an event's own. */
const UNSTORABLE = /^22/;

/** The answers of all tenants; one never sees another's. Every call throws what Postgres says, `RecordError` of a value. */
export class Answers {
  /** @param options.keepDays whole days; longer than an event may be redelivered. */
  constructor(
    private readonly database: Database,
    private readonly options: { readonly keepDays: number },
  ) {}

  /** What this event was enriched with, and the newest answer of the tenant to the same content and prompt. */
  async find({ tenantId, eventId, promptVersion, contentHash }: Asked): Promise<{
    own?: StoredAnswer;
    same?: CachedAnswer;
  }> {
    const params = [tenantId, eventId, promptVersion, contentHash];
    const [found] = await this.query<Found>(FIND, params);
    if (found === undefined) return {};
    const { source, enrichment, answer, model } = found;
    return {
      ...(source !== null && enrichment !== null && { own: { source, enrichment } }),
      ...(model !== null && { same: { answer, model } }),
    };
  }

  /** Keeps an answer unless the event has one, and answers what is kept: the first one, which is the one to use. */
  async keep(entry: AnswerEntry): Promise<StoredAnswer> {
    const { tenantId, eventId, promptVersion, contentHash, source, said, enrichment, reason } = entry;
    const answer = said && JSON.stringify(said.answer);
    const asked = [tenantId, eventId, promptVersion, contentHash];
    const params = [...asked, source, answer, said?.model, enrichment, reason];
    for (;;) {
      const [stored] = await this.query<StoredAnswer>(KEEP, params);
      if (stored !== undefined) return stored;
      // Another process's row ended the insert and was committed after this statement's snapshot was taken, so the
      // statement could not see it. The next one can.
    }
  }

  private async query<Row extends object>(text: string, params: readonly unknown[]): Promise<Row[]> {
    try {
      return await this.database.query<Row & Record<string, unknown>>(text, params);
    } catch (error) {
      if (!(error instanceof QueryError && UNSTORABLE.test(error.code))) throw error;
      const what = `storing the answer to an event: Postgres refuses its values (${error.code})`;
      throw new RecordError('EVENT_NOT_STORABLE', `${what}; mend its id or tenant at the sender`, {
        cause: error,
      });
    }
  }

  /** Deletes what is too old, a batch at a time; answers how many went. Ends early when `signal` is aborted. */
  async purge(signal?: AbortSignal, batch = BATCH): Promise<number> {
    let total = 0;
    for (;;) {
      const [row] = await this.database.query<{ gone: number }>(PURGE, [this.options.keepDays, batch]);
      const gone = row?.gone ?? 0;
      total += gone;
      if (gone < batch || signal?.aborted) return total;
    }
  }
}
