// Stores answers before they are used. So a redelivered event gets the same enrichment again, and an event with the same
// conversation as another one needs no call.
import { type AnalysisSource, type FallbackReason, RecordError } from '@switchboard/contracts';
import { type Database, QueryError } from '@switchboard/postgres';

/** The enrichment that an event got. */
export interface StoredAnswer {
  readonly source: AnalysisSource;
  /** The JSON, as it was spliced into the event. */
  readonly enrichment: Buffer;
}

/** The model's answer to the same prompt. */
export interface CachedAnswer {
  readonly answer: unknown;
  /** The server's name of the model. */
  readonly model: string;
}

/** Identifies an answer: the same for a redelivered event. */
export interface AnswerKey {
  readonly tenantId: string;
  readonly eventId: string;
  readonly promptVersion: string;
  /** Hash of what the model is shown. Undefined: no answer to another event is used. */
  readonly contentHash?: string | undefined;
}

/** The row of one event. */
export interface AnswerEntry extends AnswerKey, StoredAnswer {
  /** The model's answer; undefined for a fallback. */
  readonly reply?: CachedAnswer | undefined;
  /** Why there is no answer; only for a fallback. */
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

const SAVE = `
  with saved as (
    insert into model_answer (tenant_id, event_id, prompt_version, content_hash, source, answer, model, enrichment,
      fallback_reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (tenant_id, event_id, prompt_version) do nothing
    returning source, enrichment
  )
  select source, enrichment from saved
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

/** SQLSTATE class 22: a value that Postgres cannot store, such as a text with a NUL. All values here come from one event. */
const UNSTORABLE = /^22/;

/**
 * The answers of all tenants. A tenant never gets another tenant's answer. Every call throws the errors of Postgres, and
 * `RecordError` when Postgres refuses a value.
 */
export class AnswerStore {
  /** @param options.keepDays whole days; longer than an event can be redelivered. */
  constructor(
    private readonly database: Database,
    private readonly options: { readonly keepDays: number },
  ) {}

  /** The enrichment of this event, and the tenant's newest answer to the same content and prompt. */
  async find({ tenantId, eventId, promptVersion, contentHash }: AnswerKey): Promise<{
    stored?: StoredAnswer;
    cached?: CachedAnswer;
  }> {
    const params = [tenantId, eventId, promptVersion, contentHash];
    const [found] = await this.query<Found>(FIND, params);
    if (found === undefined) return {};
    const { source, enrichment, answer, model } = found;
    return {
      ...(source !== null && enrichment !== null && { stored: { source, enrichment } }),
      ...(model !== null && { cached: { answer, model } }),
    };
  }

  /** Saves an answer unless the event has one. Returns the stored one, which is the first one and the one to use. */
  async save(entry: AnswerEntry): Promise<StoredAnswer> {
    const { tenantId, eventId, promptVersion, contentHash, source, reply, enrichment, reason } = entry;
    const answer = reply && JSON.stringify(reply.answer);
    const key = [tenantId, eventId, promptVersion, contentHash];
    const params = [...key, source, answer, reply?.model, enrichment, reason];
    for (;;) {
      const [stored] = await this.query<StoredAnswer>(SAVE, params);
      if (stored !== undefined) return stored;
      // Another process inserted the row and committed it after this statement's snapshot was taken, so this statement
      // could not see it. The next one can.
    }
  }

  private async query<Row extends object>(text: string, params: readonly unknown[]): Promise<Row[]> {
    try {
      return await this.database.query<Row & Record<string, unknown>>(text, params);
    } catch (error) {
      if (!(error instanceof QueryError && UNSTORABLE.test(error.code))) throw error;
      const what = `storing the answer to an event: Postgres refuses its values (${error.code})`;
      throw new RecordError('EVENT_NOT_STORABLE', `${what}; correct its id or tenant at the sender`, {
        cause: error,
      });
    }
  }

  /** Deletes old answers in batches. Returns how many were deleted. Ends early when `signal` is aborted. */
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
