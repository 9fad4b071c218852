// Links: written only by the process that has claimed the delivery, and deleted when they are not needed any more.
import { deleteOldLinks, Links } from '@switchboard/ledger';
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { eventually, freezable } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { start, startOn, untilClaiming, settled, openWire } = ledger;

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const place = (integrationId: string, orderingKey: string) => ({
  integrationId,
  orderingKey,
  kind: 'ticket',
});

async function addLink(integrationId: string, key: string, days: number) {
  await ledger.db.query(
    `insert into integration_link (integration_id, ordering_key, kind, reference, updated_at)
     values ($1, $2, 'ticket', 'T', now() - $3::int * interval '1 day')`,
    [integrationId, key, days],
  );
}

const kept = () =>
  ledger.db.query<{ id: string; key: string }>(
    'select integration_id as id, ordering_key as key from integration_link order by 1, 2',
  );

test('a process that lost a delivery cannot overwrite the link of its successor', async () => {
  const wire = await openWire();
  const frozen = freezable(wire.db);
  let wake = (): void => undefined;
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const calls: string[] = [];
  const a = startOn(frozen, [
    sinkThat(async (event, ctx) => {
      if (event.id === 'first') return delivered();
      calls.push('a');
      await asleep;
      await ctx.link('ticket').keep('ticket of a');
      calls.push('a went on');
      return delivered('a');
    }),
  ]);
  await untilClaiming(a.take);
  await a.take([record('e', { key: 'k' })]);
  await eventually(() => expect(calls).toEqual(['a']));
  frozen.freeze();
  start([
    sinkThat(async (_event, ctx) => {
      await ctx.link('ticket').keep('ticket of b');
      return delivered('b');
    }),
  ]);
  const all = await settled(2);
  expect(all.map(({ reference }) => reference)).toEqual([null, 'b']);
  frozen.thaw();
  wake();
  await eventually(() => expect(a.observed.logs.some((line) => line.startsWith('No heartbeat'))).toBe(true));
  // Ends when the calls of the first process have ended.
  await a.runtime.stop(10_000);
  expect(calls).toEqual(['a']);
  expect(await new Links(ledger.db, { abandoned: false }, logger).get(place('one', 'k'))).toBe('ticket of b');
});

test('links of deleted integrations are deleted, and links that were not used for long', async () => {
  await addIntegration(ledger.db, 'two');
  await addLink('one', 'old', 91);
  await addLink('one', 'new', 1);
  await addLink('two', 'new', 0);
  for (const key of ['a', 'b', 'c']) await addLink('zero', key, 0);
  await ledger.db.query(`delete from integrations where id = 'two'`);
  expect(await deleteOldLinks(ledger.db, 90)).toBe(5);
  expect(await kept()).toEqual([{ id: 'one', key: 'new' }]);
  expect(await deleteOldLinks(ledger.db, 90)).toBe(0);
});

test('reading a link counts as use', async () => {
  await addLink('one', 'k', 89);
  expect(await new Links(ledger.db, { abandoned: false }, logger).get(place('one', 'k'))).toBe('T');
  const [row] = await ledger.db.query<{ days: number }>(
    'select extract(day from now() - updated_at)::int as days from integration_link',
  );
  expect(row?.days).toBe(0);
});

test('the runtime deletes them by itself', async () => {
  await addLink('zero', 'k', 0);
  start([sinkThat(async () => delivered())], { expireMs: 100 });
  await eventually(async () => expect(await kept()).toEqual([]));
});

test('more links than one statement deletes are deleted without a pause', async () => {
  await ledger.db.query(
    `insert into integration_link (integration_id, ordering_key, kind, reference)
     select 'zero', 'k' || i, 'ticket', 'T' from generate_series(1, 2500) i`,
  );
  start([sinkThat(async () => delivered())], { expireMs: 600_000 });
  await eventually(async () => expect((await kept()).length).toBe(0));
});
