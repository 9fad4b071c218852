// A request by id finds only dead letters of its own tenant, as a request by filter does.
import { freshTables } from '../test-tables.ts';
import { parseId } from './dead-letter.ts';
import { discardDeadLetters } from './discard-dead-letters.ts';
import { editDeadLetter } from './edit-dead-letter.ts';
import { replayDeadLetters } from './replay-dead-letters.ts';
import { showDeadLetter } from './show-dead-letter.ts';
import { actions, actor, addDeadDeliveries, countByState, escalation, noKafka } from './test-dead-letters.ts';

const ledger = freshTables('one');

test('a dead letter of another tenant is not shown, edited, replayed or discarded', async () => {
  const [name = ''] = await addDeadDeliveries(ledger.db, [{ event: 'a' }]);
  const id = parseId(name);
  const chosen = (tenantId: string) => ({ ids: [id], tenantId });
  const show = (tenantId: string) => showDeadLetter(ledger.db, id, { body: true, tenantId });
  const edit = (tenantId: string) => editDeadLetter(ledger.db, id, escalation('a'), { actor, tenantId });
  expect(await show('stranger')).toBeUndefined();
  await expect(edit('stranger')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const discarded = await discardDeadLetters(ledger.db, chosen('stranger'), { actor, reason: 'mine' });
  expect(discarded.deliveries).toEqual({ done: 0, missing: 0 });
  const stranger = await replayDeadLetters(ledger.db, noKafka, chosen('stranger'), { actor });
  expect(stranger.deliveries).toEqual({ done: 0, missing: 0 });
  expect(await countByState(ledger.db)).toEqual({ dead: 1 });
  expect((await show('acme'))?.id).toBe(name);
  await edit('acme');
  const own = await replayDeadLetters(ledger.db, noKafka, chosen('acme'), { actor });
  expect(own.deliveries).toEqual({ done: 1, missing: 0 });
  expect((await actions(ledger.db)).at(-1)).toMatchObject({ chosen: { ids: [name], tenantId: 'acme' } });
});
