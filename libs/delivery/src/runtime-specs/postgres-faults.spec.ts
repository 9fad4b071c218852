// Postgres is away, loses answers or ends connections: no delivery is lost, no call is repeated.
import { InfrastructureError } from '@switchboard/contracts';
import {
  claimDueSql,
  intakeSql,
  record,
  recordAndReleaseSql,
  recordSql,
  rows,
  stepsSql,
} from '@switchboard/ledger/spec-kit';
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { delivered, isOutcome, retry } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat, type Take } from '../spec-kit.ts';

const ledger = freshLedger('one');
const { startOn, openWire, untilClaiming, allDelivered } = ledger;

/** Repeats the chunk until it is taken in, as the consumer does after an infrastructure failure. */
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

test.each([
  ['shorter than its silence', 500],
  ['longer than its silence', 3_000],
])('Postgres away while outcomes are recorded, %s: none is lost and no call repeated', async (_, awayMs) => {
  const wire = await openWire();
  const calls = new Map<string, number>();
  const { take, observed } = startOn(wire.db, [
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
  expect(observed.logs.some((line) => line.startsWith('A write to Postgres failed'))).toBe(true);
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
  // The row is due again before the process knows that it was written: it must not be delivered twice.
  [
    'recording a retry',
    recordAndReleaseSql,
    (params: readonly unknown[]) => String(params[3]).includes('waiting'),
  ],
  ['storing a step', stepsSql, always],
])(
  'answers that are lost after the commit, %s: no delivery is lost and no call repeated',
  async (_, sql, concerns: (params: readonly unknown[]) => boolean) => {
    let losing = 0;
    const query: Database['query'] = async (text, params = []) => {
      const answer = await ledger.db.query(text, params);
      // Only answers with rows: the due loop queries all the time.
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

test('connections that are killed under load: no delivery is lost, no call repeated, the order kept', async () => {
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
      // Polls closely until it kills a statement in flight, then leaves time for progress.
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
