// An edited body belongs to one delivery, is validated against the event type, and is what a replay sends.
import { MAX_VALUE_BYTES } from '@switchboard/contracts';
import {
  editDeadLetter,
  parseId,
  replayDeadLetters,
  searchDeadLetters,
  showDeadLetter,
} from '@switchboard/ledger';
import {
  actions,
  actor,
  addDeadDeliveries,
  escalation,
  noKafka,
  record,
  rows,
} from '@switchboard/ledger/spec-kit';
import { delivered, rejected } from '@switchboard/sink';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one', 'two');

test('one integration gets the edited body, the other the original one', async () => {
  const seen: unknown[] = [];
  const { take } = ledger.start([
    sinkThat(async ({ data }) => {
      const { escalation_reason: reason } = data as { escalation_reason?: string };
      if (reason !== 'repaired') return rejected('the reason is not one of ours');
      seen.push(reason);
      return delivered();
    }),
  ]);
  await take([record('e1', { value: escalation('k', { escalation_reason: 'odd' }) })]);
  await ledger.settled(2);
  const { letters } = await searchDeadLetters(ledger.db, { integrationId: 'one' }, { limit: 1 });
  const id = parseId(letters[0]?.id ?? '');
  await editDeadLetter(ledger.db, id, escalation('k', { escalation_reason: 'repaired' }), { actor });
  await replayDeadLetters(ledger.db, noKafka, { filter: {} }, { actor });
  await ledger.allDelivered(1);
  await ledger.settled(2);
  expect(seen).toEqual(['repaired']);
  const states = (await rows(ledger.db)).map(({ integration, state }) => [integration, state]);
  expect(Object.fromEntries(states)).toEqual({ one: 'delivered', two: 'dead' });
  const [body] = await ledger.db.query<{ value: Buffer }>('select value from event_body');
  expect(body?.value).toEqual(escalation('k', { escalation_reason: 'odd' }));
  expect((await actions(ledger.db))[0]).toMatchObject({ verb: 'edit', actor, deliveries: 1, finished: true });
});

test('a delivery that is waiting, or that does not exist, cannot be edited', async () => {
  const [id = ''] = await addDeadDeliveries(ledger.db, [{ event: 'a' }]);
  await replayDeadLetters(ledger.db, noKafka, { filter: {} }, { actor });
  const edit = (name: string) => editDeadLetter(ledger.db, parseId(name), escalation('a'), { actor });
  await expect(edit(id)).rejects.toMatchObject({ code: 'NOT_DEAD' });
  await expect(edit('d-77')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(edit('k-1-77')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await actions(ledger.db)).toHaveLength(1);
});

const withTenant = (tenant: string) =>
  Buffer.from(JSON.stringify({ ...JSON.parse(escalation('a').toString()), tenant_id: tenant }));

test.each<[string, Buffer, string, string]>([
  ['no JSON', Buffer.from('{'), 'INVALID_BODY', 'not JSON'],
  ['no event', Buffer.from('{"data":{}}'), 'INVALID_BODY', 'event'],
  ['another type', Buffer.from('{"event":"message.sent","data":{}}'), 'INVALID_BODY', 'event: must be'],
  ['data of another shape', escalation('a', { conversation_id: 7 }), 'INVALID_BODY', 'data.conversation_id'],
  ['another tenant', withTenant('globex'), 'FOREIGN_TENANT', 'another tenant'],
  ['too many bytes', Buffer.alloc(MAX_VALUE_BYTES + 1, 32), 'BODY_TOO_LARGE', 'bytes'],
])(
  'refuses a body with %s, and accepts it with force where that is allowed',
  async (_, body, code, words) => {
    const [name = ''] = await addDeadDeliveries(ledger.db, [{ event: 'a' }]);
    const id = parseId(name);
    const refused = expect.objectContaining({ code, message: expect.stringContaining(words) });
    await expect(editDeadLetter(ledger.db, id, body, { actor })).rejects.toEqual(refused);
    const forced = editDeadLetter(ledger.db, id, body, { actor, force: true });
    if (code === 'INVALID_BODY') await forced;
    else await expect(forced).rejects.toEqual(refused);
    const shown = await showDeadLetter(ledger.db, id, { body: true });
    expect(shown).toMatchObject(
      code === 'INVALID_BODY' ? { edited: true, body } : { edited: false, body: escalation('a') },
    );
    expect(await actions(ledger.db)).toHaveLength(code === 'INVALID_BODY' ? 1 : 0);
  },
);

test('the original body can be restored', async () => {
  const [name = ''] = await addDeadDeliveries(ledger.db, [{ event: 'a' }]);
  const id = parseId(name);
  await editDeadLetter(ledger.db, id, withTenant('acme'), { actor });
  await editDeadLetter(ledger.db, id, null, { actor });
  expect(await showDeadLetter(ledger.db, id, { body: true })).toMatchObject({
    edited: false,
    body: escalation('a'),
  });
});
