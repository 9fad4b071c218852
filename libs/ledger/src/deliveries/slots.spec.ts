// Taking over a slot whose owner is frozen: neither alive nor ended.
import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '@switchboard/postgres';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { Slots } from './slots.ts';

const SILENCE_SECONDS = 1;
const slot = { sink: 'pager', slot: 3 };
let s: Suite;

beforeAll(async () => {
  s = await suite({ topics: false });
});
afterAll(() => s.end());

const slotsOf = (db: Database) => new Slots(db, s.database, randomUUID(), ['pager'], SILENCE_SECONDS);

/** A database whose process is frozen, as by SIGSTOP, right after it has locked a slot. */
function freezingAtLock(db: Database): Database & { readonly stopped: Promise<void> } {
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

test('an owner that is frozen while it takes a slot does not keep it from others', async () => {
  const own = s.database.dedicated({ statementTimeoutMs: 15_000 });
  const frozen = freezingAtLock(own);
  const first = slotsOf(frozen);
  await first.heartbeat();
  void first.take([slot]).catch(() => undefined);
  await frozen.stopped;
  const successor = slotsOf(s.database);
  await successor.heartbeat();
  const taken = await eventually(
    async () => {
      const found = await successor.take([slot]);
      if (found.length === 0) throw new Error('taking the slot: it is still locked');
      return found;
    },
    { deadlineMs: 14_000 },
  );
  expect(taken).toMatchObject([slot]);
});
