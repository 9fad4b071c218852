// Counts the selected dead letters and asks before it goes on with more than one, so that nobody changes many by
// accident.
import {
  countDeadLetters,
  type DeadLetterCount,
  type DeadLetterId,
  type DeadLetterSelection,
  showDeadLetter,
} from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';
import { countText } from '../text.ts';
import type { CommandContext } from './context.ts';

/** How many are selected. If none is, prints why and returns undefined. */
export async function countSelected(
  selection: DeadLetterSelection,
  json: boolean,
  { db, say }: Pick<CommandContext, 'db' | 'say'>,
): Promise<DeadLetterCount | undefined> {
  const count = await countDeadLetters(db, selection);
  if (count.deliveries + count.records > 0) return count;
  const settled = 'ids' in selection ? await noLongerDead(selection.ids, db) : [];
  if (json) say(JSON.stringify({ deliveries: 0, records: 0, failed: settled.length }));
  else if (settled.length === 0) say('No such dead letters.');
  else
    for (const id of settled) say(`${id} is no longer a dead letter; show ${id} shows what happened to it.`);
  return undefined;
}

/** Ids that were dead letters earlier. */
async function noLongerDead(ids: readonly DeadLetterId[], db: CommandContext['db']): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const letter = await showDeadLetter(db, id, { body: false });
    if (letter !== undefined) found.push(letter.id);
  }
  return found;
}

/** Whether to go on. Asks if there is more than one. Throws UsageError if there is no terminal to ask at. */
export async function confirmed(
  what: string,
  count: DeadLetterCount,
  yes: boolean,
  { ask }: Pick<CommandContext, 'ask'>,
): Promise<boolean> {
  if (yes || count.deliveries + count.records <= 1) return true;
  const question = `${what} ${countText(count)}?`;
  if (ask === undefined) throw new UsageError(`${question} There is no terminal to ask at; add --yes`);
  return ask(question);
}

/** How many of the given ids are not dead letters, or do not exist. */
export function countMissing(
  selection: DeadLetterSelection,
  { deliveries, records }: DeadLetterCount,
): number {
  return 'ids' in selection
    ? new Set(selection.ids.map((id) => JSON.stringify(id))).size - deliveries - records
    : 0;
}
