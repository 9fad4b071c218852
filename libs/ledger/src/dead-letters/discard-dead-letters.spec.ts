// A discarded delivery counts as skipped, so the sums of the ledger hold; old dead letters are deleted.
import { freshTables, rows } from '../test-tables.ts';
import { parseId } from './dead-letter.ts';
import { deleteOldDeadLetters } from './dead-letter-index.ts';
import { discardDeadLetters } from './discard-dead-letters.ts';
import { searchDeadLetters } from './search-dead-letters.ts';
import { showDeadLetter } from './show-dead-letter.ts';
import { actions, actor, addDeadDeliveries, countByState } from './test-dead-letters.ts';

const ledger = freshTables('one');

test('a discarded delivery is skipped, and keeps the reason of the discard', async () => {
  const [id = ''] = await addDeadDeliveries(ledger.db, [
    { event: 'a', reason: 'timeout' },
    { event: 'b', reason: 'expired' },
  ]);
  const chosen = { filter: { reason: 'timeout' } };
  const result = await discardDeadLetters(ledger.db, chosen, { actor, reason: 'the shop has closed' });
  expect(result).toMatchObject({ deliveries: { done: 1, missing: 0 }, records: 0 });
  expect(await countByState(ledger.db)).toEqual({ skipped: 1, dead: 1 });
  expect(await rows(ledger.db)).toMatchObject([
    { event: 'a', state: 'skipped', reason: 'discarded: the shop has closed', claimed: false },
    { event: 'b', state: 'dead', reason: 'expired' },
  ]);
  expect((await searchDeadLetters(ledger.db, {}, { limit: 10 })).letters).toMatchObject([{ eventId: 'b' }]);
  expect(await showDeadLetter(ledger.db, parseId(id), { body: false })).toMatchObject({
    reason: 'timeout',
    settled: { state: 'discarded', actor, why: 'the shop has closed' },
  });
  expect(await actions(ledger.db)).toEqual([
    {
      verb: 'discard',
      actor,
      chosen,
      reason: 'the shop has closed',
      forced: false,
      dry: false,
      deliveries: 1,
      records: 0,
      failed: 0,
      finished: true,
    },
  ]);
});

test('records are discarded in batches', async () => {
  await ledger.db.query(
    `insert into dead_letter (at, stage, reason, attempts, letter_partition, letter_offset)
     select now(), 'enricher', 'NOT_ENRICHED', 1, n % 6, n from generate_series(1, 2500) n`,
  );
  const result = await discardDeadLetters(
    ledger.db,
    { filter: {} },
    { actor, reason: 'the shop has closed' },
  );
  expect(result).toMatchObject({ deliveries: { done: 0, missing: 0 }, records: 2500 });
  expect(await actions(ledger.db)).toMatchObject([{ records: 2500, finished: true }]);
  const statements = await ledger.db.query<{ rows: number }>(
    `select count(*) as rows from dead_letter where state = 'discarded' group by xmin::text order by 1`,
  );
  expect(statements).toEqual([{ rows: 500 }, { rows: 1000 }, { rows: 1000 }]);
});

test('dead letters older than 90 days are deleted in batches', async () => {
  await addDeadDeliveries(
    ledger.db,
    Array.from({ length: 25 }, (_, n) => ({ event: `old${n}`, ago: 90 * 86_400 + 60 })),
  );
  await addDeadDeliveries(ledger.db, [{ event: 'young', ago: 90 * 86_400 - 60 }]);
  expect(await deleteOldDeadLetters(ledger.db, AbortSignal.abort(), 10)).toBe(10);
  expect(await deleteOldDeadLetters(ledger.db, new AbortController().signal, 10)).toBe(15);
  expect((await searchDeadLetters(ledger.db, {}, { limit: 10 })).letters).toMatchObject([
    { eventId: 'young' },
  ]);
});
