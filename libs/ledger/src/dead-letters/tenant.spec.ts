// What is asked for by id is found for its own tenant alone, as what is asked for by a filter is.
import { freshTables } from '../test-tables.ts';
import { parseId } from './dead-letter-id.ts';
import { discardDeadLetters } from './discard.ts';
import { editDeadLetter } from './edit.ts';
import { replayDeadLetters } from './replay.ts';
import { showDeadLetter } from './show.ts';
import { actions, actor, die, escalation, nowhere, sums } from './test-deaths.ts';

const ledger = freshTables('one');

test('a dead letter of another tenant is not shown, edited, replayed or discarded', async () => {
  const [name = ''] = await die(ledger.db, [{ event: 'a' }]);
  const id = parseId(name);
  const chosen = (tenantId: string) => ({ ids: [id], tenantId });
  const show = (tenantId: string) => showDeadLetter(ledger.db, id, { body: true, tenantId });
  const edit = (tenantId: string) => editDeadLetter(ledger.db, id, escalation('a'), { actor, tenantId });
  expect(await show('stranger')).toBeUndefined();
  await expect(edit('stranger')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const discarded = await discardDeadLetters(ledger.db, chosen('stranger'), { actor, reason: 'mine' });
  expect(discarded.deliveries).toEqual({ done: 0, gone: 0 });
  const stranger = await replayDeadLetters(ledger.db, nowhere, chosen('stranger'), { actor });
  expect(stranger.deliveries).toEqual({ done: 0, gone: 0 });
  expect(await sums(ledger.db)).toEqual({ dead: 1 });
  expect((await show('acme'))?.id).toBe(name);
  await edit('acme');
  const own = await replayDeadLetters(ledger.db, nowhere, chosen('acme'), { actor });
  expect(own.deliveries).toEqual({ done: 1, gone: 0 });
  expect((await actions(ledger.db)).at(-1)).toMatchObject({ chosen: { ids: [name], tenantId: 'acme' } });
});
