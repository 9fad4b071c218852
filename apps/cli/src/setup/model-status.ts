// How the model has done of late, read from the answers that are stored: which of the newest events that wanted it had one.
import type { Database } from '@switchboard/postgres';

/** The newest events, 50 at most, of the last quarter of an hour. */
export interface ModelStatus {
  readonly answered: number;
  /** Went on without. */
  readonly fallbacks: number;
  /** The most frequent one; null where there is none. */
  readonly reason: string | null;
}

const STATUS = `
  select count(*) filter (where source = 'model')::int as answered,
    count(*) filter (where source = 'fallback')::int as fallbacks,
    mode() within group (order by fallback_reason) as reason
  from (
    select source, fallback_reason from model_answer
    where created_at > now() - interval '15 minutes' and source in ('model', 'fallback')
    order by created_at desc limit 50
  ) as newest`;

/** Reads how the model has done. */
export async function modelStatus(database: Database): Promise<ModelStatus> {
  const [found] = await database.query<ModelStatus>(STATUS);
  return found ?? { answered: 0, fallbacks: 0, reason: null };
}

/** A line for people; undefined where nobody wanted the model. */
export function modelStatusText({ answered, fallbacks, reason }: ModelStatus): string | undefined {
  const all = answered + fallbacks;
  if (all === 0) return undefined;
  if (fallbacks === 0) return `model: answered the last ${all} events that wanted it`;
  const why = reason === null ? '' : `, mostly "${reason}"`;
  return `model: ${fallbacks} of the last ${all} events went on without it${why}; setup check model says what is wrong`;
}
