// Nobody does something to many dead letters by accident.
import {
  countDeadLetters,
  type DeadLetterCount,
  type DeadLetterId,
  type DeadLetterSelection,
  showDeadLetter,
} from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';
import { counted } from '../text.ts';
import type { Desk } from './desk.ts';

/** How many are meant; undefined when there are none, which is said: of those that are named also what became of them. */
export async function countChosen(
  chosen: DeadLetterSelection,
  json: boolean,
  { db, say }: Pick<Desk, 'db' | 'say'>,
): Promise<DeadLetterCount | undefined> {
  const count = await countDeadLetters(db, chosen);
  if (count.deliveries + count.records > 0) return count;
  const settled = 'ids' in chosen ? await settledAmong(chosen.ids, db) : [];
  if (json) say(JSON.stringify({ deliveries: 0, records: 0, failed: settled.length }));
  else if (settled.length === 0) say('No such dead letters.');
  else for (const id of settled) say(`${id} is dead no more; show tells what became of it.`);
  return undefined;
}

/** Those that were dead letters once. */
async function settledAmong(ids: readonly DeadLetterId[], db: Desk['db']): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const letter = await showDeadLetter(db, id, { body: false });
    if (letter !== undefined) found.push(letter.id);
  }
  return found;
}

/** Whether to go on: one, or more with a yes. Throws UsageError when nobody can be asked. */
export async function confirmed(
  what: string,
  count: DeadLetterCount,
  yes: boolean,
  { ask }: Pick<Desk, 'ask'>,
): Promise<boolean> {
  if (yes || count.deliveries + count.records <= 1) return true;
  const question = `${what} ${counted(count)}?`;
  if (ask === undefined) throw new UsageError(`${question} Nobody can be asked here; say --yes`);
  return ask(question);
}

/** How many of the ids that were named are not dead, or not there. */
export function notFound(chosen: DeadLetterSelection, { deliveries, records }: DeadLetterCount): number {
  return 'ids' in chosen
    ? new Set(chosen.ids.map((id) => JSON.stringify(id))).size - deliveries - records
    : 0;
}
