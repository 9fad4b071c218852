// How many of the newest events were enriched by the model, read from the stored answers.
import type { Database } from '@switchboard/postgres';

/** Counts of the newest events: of the last 15 minutes, at most 50. */
export interface ModelStatus {
  readonly answered: number;
  /** Enriched by the local analyser in place of the model. */
  readonly fallbacks: number;
  /** The most frequent reason; null if there is none. */
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

/** Reads the status of the model. */
export async function modelStatus(database: Database): Promise<ModelStatus> {
  const [found] = await database.query<ModelStatus>(STATUS);
  return found ?? { answered: 0, fallbacks: 0, reason: null };
}

/** A line for people; undefined if no recent event was for the model. */
export function modelStatusText({ answered, fallbacks, reason }: ModelStatus): string | undefined {
  const all = answered + fallbacks;
  if (all === 0) return undefined;
  if (fallbacks === 0) return `model: used for all of the last ${all} events`;
  const why = reason === null ? '' : `, mostly "${reason}"`;
  return `model: ${fallbacks} of the last ${all} events were enriched without it${why}; setup check model shows what is wrong`;
}
