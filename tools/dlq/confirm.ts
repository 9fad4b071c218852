// Nobody does something to many dead letters by accident.
import { type Chosen, type Count, countDeadLetters } from '@switchboard/sink';
import { UsageError } from '../rig/usage.ts';
import type { Desk } from './desk.ts';
import { counted } from './text.ts';

/** How many are meant; undefined when there are none, which is said. */
export async function countChosen(
  chosen: Chosen,
  json: boolean,
  { db, say }: Pick<Desk, 'db' | 'say'>,
): Promise<Count | undefined> {
  const count = await countDeadLetters(db, chosen);
  if (count.deliveries + count.records > 0) return count;
  say(json ? JSON.stringify({ deliveries: 0, records: 0, failed: 0 }) : 'No such dead letters.');
  return undefined;
}

/** Whether to go on: one, or more with a yes. Throws UsageError when nobody can be asked. */
export async function confirmed(
  what: string,
  count: Count,
  yes: boolean,
  { ask }: Pick<Desk, 'ask'>,
): Promise<boolean> {
  if (yes || count.deliveries + count.records <= 1) return true;
  const question = `${what} ${counted(count)}?`;
  if (ask === undefined) throw new UsageError(`${question} Nobody can be asked here; say --yes`);
  return ask(question);
}

/** How many of the ids that were named are not dead, or not there. */
export function notFound(chosen: Chosen, { deliveries, records }: Count): number {
  return 'ids' in chosen
    ? new Set(chosen.ids.map((id) => JSON.stringify(id))).size - deliveries - records
    : 0;
}
