// The log of what people do with dead letters (`dead_letter_action`): written before an action begins, and counted up while
// it runs.
import type { Queryable } from '@switchboard/postgres';
import { type DeadLetterSelection, describeSelection } from './selection.ts';

/** An action that is about to begin. */
export interface NewAction {
  readonly verb: 'replay' | 'discard';
  /** Who asked for it. */
  readonly actor: string;
  readonly selection: DeadLetterSelection;
  readonly reason?: string;
  readonly forced?: boolean;
  readonly dryRun?: boolean;
}

/** Logs that an action begins. Returns its number. */
export async function beginAction(db: Queryable, action: NewAction): Promise<number> {
  const { verb, actor, selection, reason, forced, dryRun } = action;
  const [row] = await db.query<{ id: number }>(
    `insert into dead_letter_action (verb, actor, chosen, reason, forced, dry_run)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [verb, actor, describeSelection(selection), reason ?? null, forced ?? false, dryRun ?? false],
  );
  return Number(row?.id);
}

/** Logs that the action has finished. */
export async function endAction(db: Queryable, id: number): Promise<void> {
  await db.query('update dead_letter_action set finished_at = now() where id = $1', [id]);
}

/** SQL condition: the letter died before the action began. Letters that die while it runs are left alone. */
export const diedBefore = (action: string) =>
  `at <= (select began.at from dead_letter_action began where began.id = ${action})`;
