// Waiting ends: a row that is too old is dead, later when its integration is parked, at once when it is deleted.
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { start, settled } = ledger;

test('a row that waited too long is dead', async () => {
  const { take } = start([sinkThat(async () => retry('429', { after: 3600 }))], {
    dueMs: 20,
    beatMs: 200,
    maxAgeSeconds: 2,
    expireMs: 100,
  });
  await take([record('e'), record('behind', { key: 'e' })]);
  expect(await settled(2)).toMatchObject([
    { event: 'e', state: 'dead', reason: 'expired', calls: 1 },
    { event: 'behind', state: 'dead', reason: 'expired', calls: 0 },
  ]);
});

test('a row of a held integration may wait longer, and is dead in the end too', async () => {
  const timing = {
    dueMs: 20,
    beatMs: 200,
    maxAgeSeconds: 1.5,
    expireMs: 100,
    holdSeconds: 60,
    healthMs: 50,
  };
  const patient = start([sinkThat(async () => broken('401'))], { ...timing, maxParkedSeconds: 600 });
  await patient.take([record('e')]);
  await eventually(async () => {
    expect(await ledger.db.query('select status from integration_state')).toEqual([{ status: 'broken' }]);
  });
  const [{ late } = { late: new Date() }] = await ledger.db.query<{ late: Date }>(
    `select now() + interval '1 second' as late`,
  );
  await eventually(async () => {
    const [{ now } = { now: new Date(0) }] = await ledger.db.query<{ now: Date }>('select now() as now');
    expect(now.getTime()).toBeGreaterThan(late.getTime());
  });
  expect((await rows(ledger.db)).map(({ state }) => state)).toEqual(['waiting']);
  start([sinkThat(async () => broken('401'))], { ...timing, maxParkedSeconds: 1 });
  expect(await settled(1)).toMatchObject([{ state: 'dead', reason: 'expired' }]);
});

test('rows that were parked for longer than max_age are delivered when the integration is repaired', async () => {
  let repaired = false;
  const sink = sinkThat(async () => (repaired ? retry('wait', { after: 3600 }) : broken('401')));
  const ages = { maxAgeSeconds: 3_600, maxParkedSeconds: 86_400 };
  const timing = { dueMs: 20, beatMs: 200, expireMs: 3_600_000, healthMs: 20 };
  // The runtime's own ages must not end anything here: its first turn may come at any moment.
  const { take, runtime } = start([sink], { ...timing, maxAgeSeconds: 86_400, maxParkedSeconds: 86_400 });
  const state = async (status: string) =>
    expect(await ledger.db.query('select status from integration_state')).toEqual([{ status }]);
  await take([record('e', { at: new Date(Date.now() - 7_200_000) })]);
  await eventually(() => state('broken'));
  repaired = true;
  await addIntegration(ledger.db, 'one');
  await eventually(() => state('paused'));
  await eventually(async () =>
    expect(await rows(ledger.db)).toMatchObject([{ claimed: false, state: 'waiting' }]),
  );
  expect(await runtime.waiting.expire(ages)).toBe(0);
  // Long after the repair max_age counts again.
  await ledger.db.query(`update integration_state set parked_until = now() - interval '2 hours'`);
  expect(await runtime.waiting.expire(ages)).toBe(1);
  expect(await settled(1)).toMatchObject([{ state: 'dead', reason: 'expired' }]);
});

test('rows of a deleted integration are dead, whether a running process had claimed them or a dead one; its tokens are deleted', async () => {
  await addIntegration(ledger.db, 'stays');
  const timing = { dueMs: 20, beatMs: 100, expireMs: 100 };
  const { take } = start([sinkThat(async () => retry('429', { after: 3600 }))], timing);
  await take([record('e'), record('behind', { key: 'e' })]);
  await eventually(async () => {
    const all = await rows(ledger.db);
    expect(all.filter(({ calls, claimed }) => calls === 1 && !claimed)).toHaveLength(2);
  });
  // Claimed under an epoch without an owner, as after the death of a process.
  await ledger.db.query(`update delivery set claim = 0 where integration_id = 'one' and event_id = 'behind'`);
  await ledger.db.query(
    `insert into integration_token (integration_id, grant_id, sealed) values ('one', 'g', 's'), ('stays', 'g', 's')`,
  );
  await ledger.db.query(
    `insert into token_refresh (integration_id, grant_id, holder, until)
     values ('one', 'g', gen_random_uuid(), now()), ('stays', 'g', gen_random_uuid(), now())`,
  );
  await ledger.db.query(`delete from integrations where id = 'one'`);
  await settled(2);
  const all = await rows(ledger.db);
  expect(all.filter(({ integration }) => integration === 'one')).toMatchObject([
    { event: 'e', state: 'dead', reason: 'the integration was deleted', claimed: false },
    { event: 'behind', state: 'dead', reason: 'the integration was deleted', claimed: false },
  ]);
  expect(all.filter(({ integration }) => integration === 'stays').map(({ state }) => state)).toEqual([
    'waiting',
    'waiting',
  ]);
  await eventually(async () => {
    const left = await ledger.db.query(
      `select integration_id as id from integration_token union all select integration_id from integration_state
       union all select integration_id from token_refresh`,
    );
    expect(new Set(left.map((row) => row['id']))).toEqual(new Set(['stays']));
  });
});
