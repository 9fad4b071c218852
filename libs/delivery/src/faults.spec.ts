// What happens to claimed rows when the process, its database or its clock fail.
import { InfrastructureError } from '@switchboard/contracts';
import { claimDueSql, intakeSql, recordAndReleaseSql, recordSql, stepsSql } from '@switchboard/ledger';
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { delivered, isOutcome, retry } from '@switchboard/sink';
import { eventually, freezable } from '@switchboard/testing';
import { freshLedger, sinkThat, type Take } from './spec-kit.ts';

const ledger = freshLedger('one');
const { start, startOn, openWire, untilClaiming, allDelivered } = ledger;

/** As the consumer does: trouble of our own is waited out and the chunk repeated. */
async function takeUntilDone(take: Take, chunk: ReturnType<typeof record>[]) {
  await eventually(
    async () => {
      await take(chunk).catch((error: unknown) => {
        expect(error).toBeInstanceOf(InfrastructureError);
        throw error;
      });
    },
    { everyMs: 50 },
  );
}

test('a process that falls silent is taken over, in order, and cannot overwrite or go on when it wakes up', async () => {
  const wire = await openWire();
  const frozen = freezable(wire.db);
  const calls: string[] = [];
  let wake = (): void => undefined;
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const a = startOn(frozen, [
    sinkThat(async (event, ctx) => {
      calls.push(`a:${event.id}`);
      if (event.id === 'first' || event.id === 'after') return delivered();
      if (event.id === 'e0') {
        await asleep;
        return delivered('from a');
      }
      const step = await ctx.step('one', async () => {
        await asleep;
        return 1;
      });
      if (isOutcome(step)) return step;
      calls.push(`a:${event.id}:two`);
      return delivered('from a');
    }),
  ]);
  await untilClaiming(a.take);
  await a.take(Array.from({ length: 6 }, (_, i) => record(`e${i}`, { key: `k${i % 2}` })));
  await eventually(() => expect(calls).toContain('a:e1'));
  expect((await rows(ledger.db)).filter(({ claimed }) => claimed)).toHaveLength(6);
  frozen.freeze();
  start([
    sinkThat(async (event) => {
      calls.push(`b:${event.id}`);
      return delivered('from b');
    }),
  ]);
  const all = await allDelivered(7);
  expect(all.slice(1).every(({ reference, attempts }) => reference === 'from b' && attempts === 1)).toBe(
    true,
  );
  for (const key of [0, 1]) {
    const ids = calls.filter((call) => call.startsWith('b:') && Number(call.slice(3)) % 2 === key);
    expect(ids).toEqual([0, 2, 4].map((i) => `b:e${i + key}`));
  }
  frozen.thaw();
  wake();
  await eventually(() => expect(a.told.logs.some((line) => line.startsWith('No heartbeat'))).toBe(true));
  await untilClaiming(a.take);
  await a.take([record('after')]);
  await allDelivered(8);
  expect(calls.filter((call) => call.startsWith('a:e')).sort()).toEqual(['a:e0', 'a:e1']);
  expect((await rows(ledger.db)).slice(1, 7).every(({ reference }) => reference === 'from b')).toBe(true);
});

test('an event that another process took in at the same moment is waited for by the later ones of its key', async () => {
  const calls: string[] = [];
  const { take } = start([
    sinkThat(async (event) => {
      calls.push(event.id);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  const wire = await openWire();
  let taking: Promise<unknown> = Promise.resolve();
  await wire.db.transaction(async (tx) => {
    const [me] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await tx.query(
      `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
       select day, 'e1', tenant_id, event_type, source, accepted_at, value from event_body where event_id = 'first'`,
    );
    await tx.query(
      `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at)
       select day, integration_id, 'e1', sink, tenant_id, event_type, 'k', accepted_at from delivery
       where event_id = 'first'`,
    );
    taking = take([record('e1', { key: 'k' }), record('e2', { key: 'k' }), record('z', { key: 'z' })]);
    // Its statement waits for ours: it has begun without seeing the row.
    await eventually(async () => {
      const waiting = await ledger.db.query(
        'select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
        [me?.pid],
      );
      expect(waiting).not.toEqual([]);
    });
  });
  await taking;
  await allDelivered(4);
  expect(calls.filter((id) => id.startsWith('e'))).toEqual(['e1', 'e2']);
});

test.each([
  ['shorter than its silence', 500],
  ['longer than its silence', 3_000],
])('Postgres away while outcomes are recorded, %s: none is lost and no call repeated', async (_, awayMs) => {
  const wire = await openWire();
  const calls = new Map<string, number>();
  const { take, told } = startOn(wire.db, [
    sinkThat(async (event) => {
      calls.set(event.id, (calls.get(event.id) ?? 0) + 1);
      if (event.id === 'e50') {
        wire.cut();
        setTimeout(() => wire.restore(), awayMs);
      }
      if (event.id === 'e51' && calls.get('e51') === 1) return retry('503');
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  const records = Array.from({ length: 200 }, (_unused, i) => record(`e${i}`, { key: `k${i % 7}` }));
  await takeUntilDone(take, records);
  const all = await allDelivered(201);
  expect(told.logs.some((line) => line.startsWith('Postgres does not take a write'))).toBe(true);
  expect([...calls.values()].filter((count) => count > 1)).toEqual([2]);
  expect(calls.get('e51')).toBe(2);
  expect(all.filter(({ calls: made }) => made !== 1).map(({ event, calls: made }) => [event, made])).toEqual([
    ['e51', 2],
  ]);
});

const always = () => true;

test.each([
  ['taking in', intakeSql, always],
  ['claiming', claimDueSql, always],
  ['recording', recordSql, always],
  // The row is due again before the process knows that it was written: it must not be called a second time.
  [
    'recording a retry',
    recordAndReleaseSql,
    (params: readonly unknown[]) => String(params[3]).includes('waiting'),
  ],
  ['storing a step', stepsSql, always],
])(
  'answers that are lost after the commit, %s: nothing is lost and no call repeated',
  async (_, sql, concerns: (params: readonly unknown[]) => boolean) => {
    let losing = 0;
    const query: Database['query'] = async (text, params = []) => {
      const answer = await ledger.db.query(text, params);
      // Only answers that say something was done: the due loop asks all the time.
      if (text !== sql || losing === 0 || !concerns(params)) return answer as never;
      if (answer.length === 0 && losing === 4) return answer as never;
      losing -= 1;
      throw new PostgresUnavailableError(new Error('the connection ended before the answer came'));
    };
    const calls: string[] = [];
    const { take } = startOn({ ...ledger.db, query }, [
      sinkThat(async (event, ctx) => {
        if (event.id === 'first') return delivered();
        const step = await ctx.step('call', async () => {
          calls.push(event.id);
          return calls.length === 2 ? retry('503') : 'done';
        });
        return isOutcome(step) ? step : delivered();
      }),
    ]);
    await untilClaiming(take);
    losing = 4;
    await takeUntilDone(
      take,
      Array.from({ length: 6 }, (_unused, i) => record(`e${i}`, { key: 'k' })),
    );
    const all = await allDelivered(7);
    expect(losing).toBeLessThan(4);
    const counted = all.map(({ event, attempts, calls: made }) => [event, attempts, made]);
    const twice = ({ event }: { readonly event: string }) => (event === 'e1' ? 2 : 1);
    expect(counted).toEqual(all.map((row) => [row.event, twice(row), twice(row)]));
    expect(calls).toEqual(['e0', 'e1', 'e1', 'e2', 'e3', 'e4', 'e5']);
  },
);

test('connections killed again and again under load lose nothing, repeat nothing and keep the order', async () => {
  const wire = await openWire();
  const seen = new Map<string, string[]>();
  const { take } = startOn(wire.db, [
    sinkThat(async (event) => {
      const key = String(event.data['conversation_id']);
      seen.set(key, [...(seen.get(key) ?? []), event.id]);
      return seen.get(key)?.length === 3 ? retry('503') : delivered();
    }),
  ]);
  await untilClaiming(take);
  const records = Array.from({ length: 600 }, (_, i) => record(`e${i}`, { key: `k${i % 10}` }));
  let killing = true;
  let killed = 0;
  const killer = (async () => {
    while (killing) {
      const victims = await ledger.db.query(
        `select pg_terminate_backend(a.pid) from pg_stat_activity a
         where a.application_name = 'switchboard' and a.pid <> pg_backend_pid() and a.query like '%delivery%'
           and a.query not like '%pg_terminate_backend%' and a.datname = current_database()
           and exists (select 1 from pg_locks l join pg_class c on c.oid = l.relation
             where l.pid = a.pid and c.relnamespace = $1::regnamespace)`,
        [ledger.db.schema],
      );
      killed += victims.length;
      // Looks closely until it meets a statement under way, then leaves time for getting on.
      await new Promise((resolve) => setTimeout(resolve, victims.length > 0 ? 400 : 2));
    }
  })();
  for (let i = 0; i < records.length; i += 100) await takeUntilDone(take, records.slice(i, i + 100));
  await eventually(async () => {
    const done = (await rows(ledger.db)).filter(({ state }) => state === 'delivered').length;
    expect(done).toBeGreaterThan(200);
  });
  killing = false;
  await killer;
  expect(killed).toBeGreaterThan(0);
  await allDelivered(601);
  for (let key = 0; key < 10; key += 1) {
    const ids = Array.from({ length: 60 }, (_, i) => `e${i * 10 + key}`);
    expect(seen.get(`k${key}`)).toEqual([...ids.slice(0, 2), ids[2], ids[2], ...ids.slice(3)]);
  }
});

test('the last attempt of a delivery opens the breaker: it is dead, and the integration goes on when it has rested', async () => {
  const delivery = { retry: { attempts: 1 }, breaker: { failures: 1, rest_seconds: 1 } };
  await addIntegration(ledger.db, 'one', { delivery });
  let failing = true;
  const { take } = start([sinkThat(async () => (failing ? retry('503') : delivered()))]);
  await take([record('e0', { key: 'a' })]);
  await eventually(async () => expect((await rows(ledger.db)).map(({ state }) => state)).toEqual(['dead']));
  failing = false;
  await take([record('e1', { key: 'b' })]);
  await allDelivered(1);
});
