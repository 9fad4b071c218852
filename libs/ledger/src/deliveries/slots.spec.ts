// Who may take a slot when its owner is neither alive nor gone.
import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '@switchboard/postgres';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { Slots } from './slots.ts';

const SILENCE_SECONDS = 1;
const slot = { sink: 'pager', slot: 3 };
let corner: Suite;

beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

const slotsOf = (db: Database) => new Slots(db, corner.database, randomUUID(), ['pager'], SILENCE_SECONDS);

/** A database whose process stops where it is, as by SIGSTOP, right after it has locked a slot. */
function stoppingAtLock(db: Database): Database & { readonly stopped: Promise<void> } {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const query = (tx: Queryable) =>
    (async (text: string, ...more: unknown[]) => {
      const rows = await (tx.query as (...all: unknown[]) => Promise<unknown>)(text, ...more);
      if (!/for update/.test(text)) return rows;
      stop();
      return new Promise(() => undefined);
    }) as Queryable['query'];
  return { ...db, stopped, transaction: (fn) => db.transaction((tx) => fn({ ...tx, query: query(tx) })) };
}

test('an owner that stands still in the middle of taking a slot does not keep it from others', async () => {
  const own = corner.database.dedicated({ statementTimeoutMs: 15_000 });
  const frozen = stoppingAtLock(own);
  const first = slotsOf(frozen);
  await first.beat();
  void first.take([slot]).catch(() => undefined);
  await frozen.stopped;
  const heir = slotsOf(corner.database);
  await heir.beat();
  const taken = await eventually(
    async () => {
      const found = await heir.take([slot]);
      if (found.length === 0) throw new Error('taking the slot: it is not to be had');
      return found;
    },
    { deadlineMs: 14_000 },
  );
  expect(taken).toMatchObject([slot]);
});
