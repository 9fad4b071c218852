// The list of dead letters follows the ledger, whoever writes to it; a search finds them in pages, newest first.
import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import {
  countDeadLetters,
  type DeadLetterFilter,
  deadLetterFilter,
  maintainPartitions,
  parseId,
  replayDeadLetters,
  searchDeadLetters,
  showDeadLetter,
} from '@switchboard/ledger';
import { actor, addDeadDeliveries, countByState, noKafka, record } from '@switchboard/ledger/spec-kit';
import { rejected } from '@switchboard/sink';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one', 'two');

const found = async (filter: DeadLetterFilter) =>
  (await searchDeadLetters(ledger.db, filter, { limit: 100 })).letters.map(({ eventId }) => eventId);

test('a dead delivery is listed with its reason, and leaves the list when its row is no longer dead', async () => {
  const { take } = ledger.start([sinkThat(async () => rejected('posting: 404 no such channel'))]);
  await take([record('e1', { key: 'k' })]);
  await ledger.settled(2);
  const { letters } = await searchDeadLetters(ledger.db, { integrationId: 'one' }, { limit: 10 });
  expect(letters).toMatchObject([
    {
      id: expect.stringMatching(/^d-\d+$/),
      stage: 'sink-probe',
      tenantId: 'acme',
      integrationId: 'one',
      eventType: conversationEscalated.type,
      eventId: 'e1',
      reason: 'posting: 404 no such channel',
      attempts: 1,
    },
  ]);
  expect(letters[0]?.at).toBeInstanceOf(Date);
  await ledger.db.query(
    `update delivery set state = 'waiting', finished_at = null where integration_id = 'one'`,
  );
  expect(await searchDeadLetters(ledger.db, { integrationId: 'one' }, { limit: 10 })).toEqual({
    letters: [],
  });
  const shown = await showDeadLetter(ledger.db, parseId(letters[0]?.id ?? ''), { body: false });
  expect(shown?.settled.state).toBe('replayed');
});

test('a delivery that is inserted as dead, for example from a backup, is listed too', async () => {
  await ledger.db.query(
    `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
       reason, finished_at)
     values ('1970-01-01', 'one', 'e1', 'probe', 'acme', 'x', 'k', now(), 'dead', 'expired', '2026-01-02T03:04:05Z')`,
  );
  const { letters } = await searchDeadLetters(ledger.db, {}, { limit: 10 });
  expect(letters).toMatchObject([{ eventId: 'e1', reason: 'expired', at: new Date('2026-01-02T03:04:05Z') }]);
});

test('so is one in the partition of its own day, and it leaves the list when the partition is dropped', async () => {
  const today = new Date();
  const keep = { deliveredDays: 30, deadDays: 90 };
  await maintainPartitions(ledger.db, keep, today);
  const [id = ''] = await addDeadDeliveries(ledger.db, [
    { event: 'e1', day: today.toISOString().slice(0, 10) },
  ]);
  expect(await found({})).toEqual(['e1']);
  const dropped = await maintainPartitions(ledger.db, keep, new Date(today.getTime() + 40 * 86_400_000));
  expect(dropped?.dropped.length).toBeGreaterThan(0);
  expect(await found({})).toEqual(['e1']);
  expect(await showDeadLetter(ledger.db, parseId(id), { body: false })).toMatchObject({
    row: { state: 'dead' },
  });
  await replayDeadLetters(ledger.db, noKafka, { filter: {} }, { actor });
  expect(await found({})).toEqual([]);
  expect(await countByState(ledger.db)).toEqual({ waiting: 1 });
});

test.each<[string, DeadLetterFilter, string[]]>([
  ['everything, newest first', {}, ['c', 'b', 'a']],
  ['of a tenant', { tenantId: 'globex' }, ['b']],
  ['of an integration', { integrationId: 'two' }, ['c']],
  ['of a type', { eventType: leadQualified.type }, ['c']],
  ['of a stage', { stage: 'sink-probe' }, ['c', 'b', 'a']],
  ['of a kind', { kind: 'record' }, []],
  ['by part of the reason', { reason: 'NO SUCH' }, ['b']],
  ['by signs that a pattern would read otherwise', { reason: '50%_\\' }, ['a']],
  ['by signs that are not there', { reason: '%', tenantId: 'globex' }, []],
  ['since', { since: new Date(Date.now() - 90_000) }, ['c', 'b']],
  ['until', { until: new Date(Date.now() - 90_000) }, ['a']],
  ['all at once', { tenantId: 'acme', reason: 'timeout', since: new Date(Date.now() - 5_000) }, ['c']],
])('finds %s', async (_, filter, expected) => {
  await addDeadDeliveries(ledger.db, [
    { event: 'a', reason: 'sent 50%_\\ of it', ago: 120 },
    { event: 'b', reason: 'no such channel', tenant: 'globex', ago: 60 },
    { event: 'c', reason: 'timeout', integration: 'two', type: leadQualified.type },
  ]);
  expect(await found(deadLetterFilter.parse(filter))).toEqual(expected);
  expect(await countDeadLetters(ledger.db, { filter })).toEqual({ deliveries: expected.length, records: 0 });
});

test('pages neither skip nor repeat, also among deliveries that died at the same moment', async () => {
  await addDeadDeliveries(
    ledger.db,
    Array.from({ length: 7 }, (_, n) => ({ event: `e${n}` })),
  );
  await ledger.db.query(`update dead_letter set at = '2026-01-02T03:04:05.123456Z'`);
  const seen: (string | null)[] = [];
  let after: string | undefined;
  do {
    const page = await searchDeadLetters(
      ledger.db,
      {},
      { limit: 2, ...(after === undefined ? {} : { after }) },
    );
    seen.push(...page.letters.map(({ eventId }) => eventId));
    after = page.next;
  } while (after !== undefined);
  expect(seen).toEqual(['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0']);
  await expect(searchDeadLetters(ledger.db, {}, { limit: 2, after: 'x' })).rejects.toMatchObject({
    code: 'INVALID_CURSOR',
  });
});

test.each([
  [{ tenantId: '' }],
  [{ reason: 'a\0b' }],
  [{ tenant: 'acme' }],
  [{ since: new Date(1), until: new Date(1) }],
])('refuses the filter %j', (filter) => {
  expect(deadLetterFilter.safeParse(filter).success).toBe(false);
});

test.each([
  ['d-'],
  ['x-1'],
  ['d-1-2'],
  ['k-1'],
  ['k-99999999999-1'],
  ['d-99999999999999999'],
  ['d--1'],
  [' d-1'],
])('refuses the id "%s"', (text) => {
  expect(() => parseId(text)).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
});
