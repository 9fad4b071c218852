// Discarded deliveries are skipped, so that nothing is missing from the sums; what is old is forgotten.
import { freshTables, rows } from '../test-tables.ts';
import { parseId } from './dead-letter-id.ts';
import { discardDeadLetters } from './discard.ts';
import { forgetDeadLetters } from './forget.ts';
import { searchDeadLetters } from './search.ts';
import { showDeadLetter } from './show.ts';
import { actions, actor, die, sums } from './test-deaths.ts';

const ledger = freshTables('one');

test('a discarded delivery is skipped for a reason that stays with it', async () => {
  const [id = ''] = await die(ledger.db, [
    { event: 'a', reason: 'timeout' },
    { event: 'b', reason: 'expired' },
  ]);
  const chosen = { filter: { reason: 'timeout' } };
  const result = await discardDeadLetters(ledger.db, chosen, { actor, reason: 'the shop has closed' });
  expect(result).toMatchObject({ deliveries: { done: 1, gone: 0 }, records: 0 });
  expect(await sums(ledger.db)).toEqual({ skipped: 1, dead: 1 });
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

test('records are discarded a batch at a time', async () => {
  await ledger.db.query(
    `insert into dead_letter (at, stage, reason, attempts, letter_partition, letter_offset)
     select now(), 'enricher', 'NOT_ENRICHED', 1, n % 6, n from generate_series(1, 2500) n`,
  );
  const result = await discardDeadLetters(
    ledger.db,
    { filter: {} },
    { actor, reason: 'the shop has closed' },
  );
  expect(result).toMatchObject({ deliveries: { done: 0, gone: 0 }, records: 2500 });
  expect(await actions(ledger.db)).toMatchObject([{ records: 2500, finished: true }]);
  const statements = await ledger.db.query<{ rows: number }>(
    `select count(*) as rows from dead_letter where state = 'discarded' group by xmin::text order by 1`,
  );
  expect(statements).toEqual([{ rows: 500 }, { rows: 1000 }, { rows: 1000 }]);
});

test('what died 90 days ago is forgotten, batch after batch', async () => {
  await die(
    ledger.db,
    Array.from({ length: 25 }, (_, n) => ({ event: `old${n}`, ago: 90 * 86_400 + 60 })),
  );
  await die(ledger.db, [{ event: 'young', ago: 90 * 86_400 - 60 }]);
  expect(await forgetDeadLetters(ledger.db, AbortSignal.abort(), 10)).toBe(10);
  expect(await forgetDeadLetters(ledger.db, new AbortController().signal, 10)).toBe(15);
  expect((await searchDeadLetters(ledger.db, {}, { limit: 10 })).letters).toMatchObject([
    { eventId: 'young' },
  ]);
});
