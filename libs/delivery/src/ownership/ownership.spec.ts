// Hand-overs of slots: the new owner knows what the one before it knew, and no row stays claimed by a process that does not
// work on it, also when Postgres fails a statement.
import {
  addIntegration,
  comingDueSql,
  record,
  releaseSql,
  rows,
  staleEpochsSql,
} from '@switchboard/ledger/spec-kit';
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { delivered, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one', 'two');
const { start, startOn, openWire, untilClaiming, allDelivered } = ledger;

/** A database that fails one statement with this text, once it is armed. */
function refusing(db: Database, sql: string) {
  let armed = false;
  let refused = 0;
  const query: Database['query'] = async (text, params, options) => {
    if (armed && text === sql) {
      armed = false;
      refused += 1;
      throw new PostgresUnavailableError(new Error('the connection was reset'));
    }
    return db.query(text, params, options);
  };
  return {
    db: { ...db, query },
    arm: () => {
      armed = true;
    },
    refused: () => refused,
  };
}

/** A database that counts statements with this text. */
function counting(db: Database, sql: string) {
  let count = 0;
  const query: Database['query'] = async (text, params, options) => {
    if (text === sql) count += 1;
    return db.query(text, params, options);
  };
  return { db: { ...db, query }, count: () => count };
}

/** A sink whose calls for events named `hang…` wait for `release`. All other events are delivered at once. */
function hanging() {
  const calls: string[] = [];
  let release = (): void => undefined;
  const hang = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sink = sinkThat(async (event) => {
    calls.push(event.id);
    if (event.id.startsWith('hang')) await hang;
    return delivered('by the first');
  });
  return { sink, calls, release: () => release() };
}

test('a slot on its way to another process arrives there although one release failed', async () => {
  const { sink, calls, release } = hanging();
  const { db, arm, refused } = refusing(ledger.db, releaseSql);
  const a = startOn(db, [sink]);
  await untilClaiming(a.take);
  await a.take([record('hang', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(calls.filter((call) => call.startsWith('hang'))).toHaveLength(2));
  arm();
  start([sinkThat(async () => delivered('by the second'))]);
  await eventually(() => expect(refused()).toBe(1));
  release();
  const all = await allDelivered(6);
  // One of the two integrations moved; its slot is the other process's.
  expect(all.filter(({ reference }) => reference === 'by the second')).toMatchObject([{ event: 'behind' }]);
  const owners = await ledger.db.query('select distinct owner from sink_slot where owner is not null');
  expect(owners).toHaveLength(2);
});

test('a pause that was requested just before a hand-over holds for the new owner', async () => {
  // The loop that stores health does not run again within this test.
  const a = startOn(
    ledger.db,
    [sinkThat(async ({ id }) => (id === 'first' ? delivered() : retry('429', { after: 3_600 })))],
    {
      ...quick,
      healthMs: 3_600_000,
    },
  );
  await untilClaiming(a.take);
  await a.take([record('paused', { key: 'a' })]);
  await eventually(async () => {
    const all = await rows(ledger.db);
    expect(all.filter(({ event, calls }) => event === 'paused' && calls === 1)).toHaveLength(2);
  });
  await a.take([record('due', { key: 'b' })]);
  const { db, count } = counting(ledger.db, comingDueSql);
  const calls: string[] = [];
  startOn(db, [
    sinkThat(async ({ id }) => {
      calls.push(id);
      return delivered();
    }),
  ]);
  // A process that owns no integration does not ask what is due.
  await eventually(() => expect(count()).toBeGreaterThanOrEqual(20));
  expect(calls).toEqual([]);
  expect((await rows(ledger.db)).filter((row) => row.event === 'due' && row.calls > 0)).toEqual([]);
});

test('integrations on their way to another process stop together: one statement releases their rows', async () => {
  for (let i = 0; i < 6; i += 1) await addIntegration(ledger.db, `more${i}`);
  const { sink, calls, release } = hanging();
  const { db, count } = counting(ledger.db, releaseSql);
  const a = startOn(db, [sink]);
  await untilClaiming(a.take);
  await a.take([record('hang', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(calls.filter((call) => call.startsWith('hang'))).toHaveLength(8));
  const before = count();
  start([sinkThat(async () => delivered('by the second'))]);
  await eventually(async () => {
    const free = (await rows(ledger.db)).filter(({ event, claimed }) => event === 'behind' && !claimed);
    expect(free).toHaveLength(4);
  });
  expect(count() - before).toBe(1);
  release();
  const all = await allDelivered(24);
  expect(all.filter(({ reference }) => reference === 'by the second')).toHaveLength(4);
});

test('rows of a deleted integration end although their release failed', async () => {
  const { sink, calls, release } = hanging();
  const { db, arm, refused } = refusing(ledger.db, releaseSql);
  const a = startOn(db, [sink], { dueMs: 20, beatMs: 100, expireMs: 100, silenceSeconds: 2 });
  await untilClaiming(a.take);
  await a.take([record('hang', { key: 'k' }), record('behind', { key: 'k' })]);
  await eventually(() => expect(calls.filter((call) => call.startsWith('hang'))).toHaveLength(2));
  arm();
  await ledger.db.query(`delete from integrations where id = 'two'`);
  await eventually(() => expect(refused()).toBe(1));
  release();
  await eventually(async () => {
    const behind = (await rows(ledger.db)).filter(({ event }) => event === 'behind');
    expect(behind).toMatchObject([
      { integration: 'one', state: 'delivered' },
      { integration: 'two', state: 'dead', reason: 'the integration was deleted' },
    ]);
  });
});

test('rows that an unfinished take-over left claimed are free for the next one', async () => {
  await addIntegration(ledger.db, 'one', { config: { url: 'http://one/' } });
  await ledger.db.query(
    `insert into sink_slot (sink, slot, owner, epoch)
     select distinct sink, slot, gen_random_uuid(), nextval('slot_epoch') from integrations`,
  );
  // Claimed under two epochs: that of the slot, and an earlier one whose rows its owner did not free in time.
  await ledger.db.query(
    `with body as (
       insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select '1970-01-01', 'e' || i, 'acme', 'conversation.escalated', '/', now(),
         '{"event":"conversation.escalated","data":{"conversation_id":"k"}}'
       from generate_series(1, 6) i
     )
     insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, claim)
     select '1970-01-01', g.id, 'e' || i, 'probe', 'acme', 'conversation.escalated', 'k', now(),
       case when i <= 3 then 0 else s.epoch end
     from generate_series(1, 6) i, integrations g join sink_slot s using (sink, slot) order by i`,
  );
  const seen: string[] = [];
  start([
    sinkThat(async (event, ctx) => {
      if (ctx.config.url === 'http://one/') seen.push(event.id);
      return delivered();
    }),
  ]);
  await allDelivered(12);
  expect(seen).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
});

test('slots above its share that a process took without knowing go on to the other process', async () => {
  const inTime = async () => delivered();
  let refused = 0;
  const query: Database['query'] = async (text, params, options) => {
    if (text !== staleEpochsSql || refused > 0) return db.query(text, params, options);
    refused += 1;
    // This process owns both slots now, and one of them is above its share from here on.
    start([sinkThat(inTime)]);
    await eventually(async () => expect(await db.query('select from sink_instance')).toHaveLength(2));
    throw new PostgresUnavailableError(new Error('the connection was reset'));
  };
  const { db } = ledger;
  const a = startOn({ ...db, query }, [sinkThat(inTime)]);
  await eventually(async () => {
    const owners = await db.query('select distinct owner from sink_slot where owner is not null');
    expect([refused, owners.length]).toEqual([1, 2]);
  });
  await a.take([record('e')]);
  await allDelivered(2);
});

test('a process whose slots were taken over frees no rows of the new owner', async () => {
  await addIntegration(ledger.db, 'three');
  const { runtime, take } = start([sinkThat(async () => delivered())]);
  await untilClaiming(take);
  await ledger.db.query(`update sink_slot set owner = gen_random_uuid(), epoch = nextval('slot_epoch')`);
  await ledger.db.query(
    `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, claim)
     select '1970-01-01', g.id, 'theirs', 'probe', 'acme', 'conversation.escalated', 'k', now(), s.epoch
     from integrations g join sink_slot s using (sink, slot)`,
  );
  const epochs = (await ledger.db.query<{ epoch: number }>('select epoch from sink_slot')).map(
    ({ epoch }) => epoch,
  );
  await runtime.ledger.freeUnknownClaims(epochs, []);
  expect((await rows(ledger.db)).filter(({ event, claimed }) => event === 'theirs' && claimed)).toHaveLength(
    3,
  );
});

test('blocked statements do not stop the heartbeat', async () => {
  const wire = await openWire();
  const { take, observed } = startOn(wire.db, [sinkThat(async () => delivered())]);
  await untilClaiming(take);
  let release = (): void => undefined;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  // All shared connections of the process are taken, for longer than it may be silent.
  const holding = [1, 2, 3].map(() => wire.db.session(() => blocked));
  try {
    const [begun] = await ledger.db.query<{ at: Date }>('select clock_timestamp() as at');
    await eventually(async () => {
      const [last] = await ledger.db.query<{ late: boolean }>(
        `select max(heartbeat_at) > $1::timestamptz + interval '3 seconds' as late from sink_instance`,
        [begun?.at.toISOString()],
      );
      expect(last?.late).toBe(true);
    });
  } finally {
    release();
    await Promise.all(holding);
  }
  await take([record('after')]);
  await allDelivered(4);
  expect(observed.logs.filter((line) => line.startsWith('No heartbeat'))).toEqual([]);
});
