// What people do about dead letters is written down before it begins, and counted as it goes on.
import type { Queryable } from '@switchboard/postgres';
import { type Chosen, describeChosen } from './chosen.ts';

/** What is begun. */
export interface ActionStart {
  readonly verb: 'replay' | 'discard';
  readonly actor: string;
  readonly chosen: Chosen;
  readonly reason?: string;
  readonly forced?: boolean;
  readonly dryRun?: boolean;
}

/** Writes down that an action begins; answers its number. */
export async function beginAction(db: Queryable, action: ActionStart): Promise<number> {
  const { verb, actor, chosen, reason, forced, dryRun } = action;
  const [row] = await db.query<{ id: number }>(
    `insert into dead_letter_action (verb, actor, chosen, reason, forced, dry_run)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [verb, actor, describeChosen(chosen), reason ?? null, forced ?? false, dryRun ?? false],
  );
  return Number(row?.id);
}

/** The action has come to its end. */
export async function endAction(db: Queryable, id: number): Promise<void> {
  await db.query('update dead_letter_action set finished_at = now() where id = $1', [id]);
}

/** Condition: the letter died before the action began. What dies on the way is not meant. */
export const diedBefore = (action: string) =>
  `at <= (select began.at from dead_letter_action began where began.id = ${action})`;
