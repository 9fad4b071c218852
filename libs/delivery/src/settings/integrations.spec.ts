// The integrations in memory follow the table, deletions included.
import { addIntegration, box, record, rows, TENANT } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import { delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';
import { Integrations } from './integrations.ts';

const ledger = freshLedger('one', 'two');

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const remove = (id: string) => ledger.db.query('delete from integrations where id = $1', [id]);

test('a deleted integration is removed, one that was created again is known', async () => {
  const integrations = new Integrations(ledger.db, box, [sinkThat(async () => delivered())], logger);
  const turn = async () => {
    await integrations.refresh();
    return [...integrations.all()].map(({ id }) => id).sort();
  };
  expect(await turn()).toEqual(['one', 'two']);
  expect(integrations.ofTenant('probe', TENANT)).toHaveLength(2);
  await remove('one');
  expect(await turn()).toEqual(['two']);
  expect(integrations.ofTenant('probe', TENANT).map(({ id }) => id)).toEqual(['two']);
  expect(integrations.has('one')).toBe(false);
  expect(await integrations.of('one', 'probe')).toBeUndefined();
  await remove('two');
  await addIntegration(ledger.db, 'one');
  expect(await turn()).toEqual(['one']);
  // As many as before, and others.
  await remove('one');
  await addIntegration(ledger.db, 'three');
  expect(await turn()).toEqual(['three']);
  await ledger.db.query(`update integrations set sink = 'other', updated_at = now()`);
  expect(await turn()).toEqual([]);
});

test('only what has changed is read again, also when its transaction began long before others that are known', async () => {
  let read: unknown[] = [];
  const query = (async (sql: string, values?: readonly unknown[]) => {
    const found = await ledger.db.query<{ config?: unknown }>(sql, values as unknown[]);
    read.push(...found.filter(({ config }) => config !== undefined));
    return found;
  }) as Database['query'];
  const sink = sinkThat(async () => delivered());
  const integrations = new Integrations({ ...ledger.db, query }, box, [sink], logger);
  const turn = async () => {
    read = [];
    await integrations.refresh();
    return read.map((row) => (row as { id: string }).id);
  };
  expect((await turn()).sort()).toEqual(['one', 'two']);
  expect(await turn()).toEqual([]);
  await ledger.db.query(
    `update integrations set config = config || '{"url": "https://example.org/new"}', updated_at = now() - interval '1 hour'
     where id = 'two'`,
  );
  expect(await turn()).toEqual(['two']);
  expect(await turn()).toEqual([]);
  expect((await integrations.of('two', 'probe'))?.ok).toBe(true);
  // Secrets that were encrypted again: the time of the change stays.
  await ledger.db.query(`update integrations set secrets = secrets where id = 'one'`);
  expect(await turn()).toEqual(['one']);
});

test('rows in memory of a deleted integration are not delivered, unless it is created again', async () => {
  await remove('two');
  const calls: string[] = [];
  let finish = nothing as () => void;
  const finishing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { take, runtime } = ledger.start([
    sinkThat(async (event) => {
      calls.push(event.id);
      if (event.id === 'under way') await finishing;
      return delivered();
    }),
  ]);
  await ledger.untilClaiming(take);
  await take([record('under way', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(calls).toEqual(['first', 'under way']));
  await remove('one');
  await eventually(async () => {
    expect((await rows(ledger.db)).map(({ event, claimed }) => [event, claimed])).toEqual([
      ['first', false],
      ['under way', true],
      ['behind', false],
    ]);
  });
  finish();
  await ledger.allDelivered(2);
  await eventually(() => expect(runtime['queues'].all()).toEqual([]));
  expect(calls).toEqual(['first', 'under way']);
  await addIntegration(ledger.db, 'one');
  await ledger.allDelivered(3);
  expect(calls).toEqual(['first', 'under way', 'behind']);
});
